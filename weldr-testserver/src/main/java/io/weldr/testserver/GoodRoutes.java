package io.weldr.testserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.weldr.testserver.Exchange.Framing;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Answers that keep to the rules, however large or slow. */
final class GoodRoutes {
    static final long LARGE_BYTES = 10L * 1024 * 1024;
    /** Longer waits are {@code /hang}. */
    static final long WAIT_MS_MAX = 600_000;

    static final long COUNT_MAX = 1_000_000;
    static final long CHUNK_BYTES_MAX = Content.PERIOD_BYTES;

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String OCTETS = "application/octet-stream";
    private static final byte[] HELLO = "Hello World\n".getBytes(UTF_8);

    private GoodRoutes() {}

    static void addTo(Routes routes, Behaviour behaviour, Received received) {
        routes.add(Routes.ANY, "/", "Hello World", e -> e.bytes(200, TEXT, HELLO));
        routes.add(Routes.GET, "/large", "10 MiB", e -> bytes(e, LARGE_BYTES));
        routes.add(Routes.ANY, "/status/{code}", "that status, 200 to 599", GoodRoutes::status);
        routes.add(Routes.ANY, "/delay/{ms}", "Hello World after that long", GoodRoutes::delay);
        routes.add(
                Routes.GET,
                "/bytes/{n}",
                "n bytes; ?framing=length|chunked|close",
                e -> bytes(e, e.number(0, "n", Long.MAX_VALUE)));
        routes.add(Routes.GET, "/chunked", "?chunks=5&size=16&ms=0&trailers=false", GoodRoutes::chunked);
        routes.add(Routes.GET, "/drip/{n}/{ms}", "n bytes, one every ms", GoodRoutes::drip);
        routes.add(Routes.GET, "/slow-head/{ms}", "the head, one byte every ms", GoodRoutes::slowHead);
        routes.add(Routes.GET, "/events", "server-sent events; ?count=5&ms=100, 0 has no end", GoodRoutes::events);
        routes.add(Routes.ANY, "/early-hints", "103, then 200", GoodRoutes::earlyHints);
        routes.add(Routes.GET, "/upgrade", "101, then raw bytes come back", GoodRoutes::upgrade);
        routes.addAtHead(Routes.ANY, "/echo", "the body comes back as it arrives", GoodRoutes::echo);
        routes.addAtHead(Routes.PUT, "/upload", "length and SHA-256 of the body", e -> upload(e, received, 0));
        routes.addAtHead(
                Routes.PUT,
                "/slow-upload/{ms}",
                "the same; waits ms before each read",
                e -> upload(e, received, e.number(0, "ms", WAIT_MS_MAX)));
        routes.addAtHead(Routes.ANY, "/refuse-body", "413 before the body is read, then close", e -> {
            e.closeAfterwards();
            e.text(413, "refused\n");
        });
        routes.add(Routes.ANY, "/headers", "the request head as it came", e -> e.bytes(200, TEXT, e.head()));
        routes.add(
                Routes.GET,
                "/counters",
                "what was counted",
                e -> e.bytes(200, "application/json", received.json().getBytes(ISO_8859_1)));
        routes.add(Routes.GET, "/health", "200 or 503", e -> {
            health(e, behaviour.healthyFor(new String(e.head(), ISO_8859_1)));
        });
        routes.add(Routes.PUT, "/health/up", "makes it 200", e -> {
            behaviour.healthy(true);
            health(e, true);
        });
        routes.add(Routes.PUT, "/health/down", "makes it 503", e -> {
            behaviour.healthy(false);
            e.text(200, "down\n");
        });
        routes.add(Routes.GET, "/mode", "what all other paths do", e -> mode(e, behaviour.mode()));
        routes.add(Routes.PUT, "/mode/{mode}", "normal, error, hang or reset", e -> switchMode(e, behaviour));
    }

    private static void status(Exchange exchange) {
        int code = (int) exchange.number(0, "status", 599);
        if (code < 200) {
            throw new Target.BadRequest("status: " + code + " (expected: 200 to 599)");
        }
        HttpResponse response = exchange.head(code, TEXT);
        if (code >= 300 && code < 400 && code != 304) {
            response.headers().set(HttpHeaderNames.LOCATION, "/");
        }
        byte[] body = (response.status() + "\n").getBytes(UTF_8);
        boolean empty = code == 204 || code == 205 || code == 304;
        exchange.begin(response, Framing.LENGTH, empty ? 0 : body.length);
        if (!empty) {
            exchange.piece(Unpooled.wrappedBuffer(body));
        }
        exchange.end();
    }

    private static void delay(Exchange exchange) {
        exchange.after(exchange.number(0, "ms", WAIT_MS_MAX), () -> exchange.bytes(200, TEXT, HELLO));
    }

    private static void bytes(Exchange exchange, long length) {
        String framing = exchange.target().query().getOrDefault("framing", "length");
        Framing chosen = parse(Framing.class, "framing", framing);
        exchange.stream(exchange.head(200, OCTETS), chosen, length, Body.content(length));
    }

    private static void chunked(Exchange exchange) {
        Target target = exchange.target();
        long chunks = target.number("chunks", 5, COUNT_MAX);
        long size = Math.max(1, target.number("size", 16, CHUNK_BYTES_MAX));
        long ms = target.number("ms", 0, WAIT_MS_MAX);
        HttpResponse response = exchange.head(200, OCTETS);
        String[] trailers = {};
        if (target.query().getOrDefault("trailers", "false").equals("true")) {
            response.headers().set(HttpHeaderNames.TRAILER, "X-Chunks, X-Sha256");
            trailers = new String[] {"X-Chunks", Long.toString(chunks), "X-Sha256", Content.sha256(chunks * size)};
        }
        AtomicLong sent = new AtomicLong();
        Body body = () -> {
            long index = sent.getAndIncrement();
            return index == chunks ? null : Content.piece(index * size, size);
        };
        if (ms == 0) {
            exchange.stream(response, Framing.CHUNKED, 0, body, trailers);
        } else {
            exchange.begin(response, Framing.CHUNKED, 0);
            paced(exchange, body, ms, trailers);
        }
    }

    private static void drip(Exchange exchange) {
        long length = exchange.number(0, "n", COUNT_MAX);
        long ms = exchange.number(1, "ms", WAIT_MS_MAX);
        AtomicLong sent = new AtomicLong();
        exchange.begin(exchange.head(200, OCTETS), Framing.LENGTH, length);
        paced(
                exchange,
                () -> {
                    long offset = sent.getAndIncrement();
                    return offset == length ? null : Content.piece(offset, 1);
                },
                ms);
    }

    /** One piece now, the next one after ms, as long as there is room for it. */
    private static void paced(Exchange exchange, Body body, long ms, String... trailers) {
        if (exchange.isHead()) {
            exchange.end();
            return;
        }
        if (exchange.hasRoom()) {
            ByteBuf piece = body.next();
            if (piece == null) {
                exchange.end(trailers);
                return;
            }
            exchange.piece(piece);
        }
        exchange.after(ms, () -> paced(exchange, body, ms, trailers));
    }

    private static void slowHead(Exchange exchange) {
        long ms = exchange.number(0, "ms", WAIT_MS_MAX);
        byte[] head = "HTTP/1.1 200 OK\r\nServer: weldr-testserver\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
        slowly(exchange, head, 0, ms);
    }

    private static void slowly(Exchange exchange, byte[] octets, int from, long ms) {
        if (from == octets.length) {
            exchange.raw(new ScriptedAnswer("", ScriptedAnswer.Then.KEEP));
            return;
        }
        exchange.rawPiece(Unpooled.wrappedBuffer(octets, from, 1));
        exchange.after(ms, () -> slowly(exchange, octets, from + 1, ms));
    }

    private static void events(Exchange exchange) {
        long count = exchange.target().number("count", 5, Long.MAX_VALUE);
        long ms = Math.max(1, exchange.target().number("ms", 100, WAIT_MS_MAX));
        HttpResponse response = exchange.head(200, "text/event-stream");
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        exchange.begin(response, Framing.CHUNKED, 0);
        AtomicLong sent = new AtomicLong();
        paced(
                exchange,
                () -> {
                    long id = sent.incrementAndGet();
                    return count > 0 && id > count
                            ? null
                            : Unpooled.copiedBuffer("id: " + id + "\ndata: event " + id + "\n\n", UTF_8);
                },
                ms);
    }

    private static void earlyHints(Exchange exchange) {
        var hints = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.EARLY_HINTS);
        hints.headers().set("Link", "</style.css>; rel=preload; as=style");
        exchange.interim(hints);
        exchange.bytes(200, TEXT, HELLO);
    }

    private static void upgrade(Exchange exchange) {
        String wanted = exchange.request().headers().get(HttpHeaderNames.UPGRADE);
        if (wanted == null) {
            HttpResponse response = exchange.head(426, TEXT);
            response.headers().set(HttpHeaderNames.UPGRADE, "echo");
            exchange.begin(response, Framing.LENGTH, 0);
            exchange.end();
            return;
        }
        exchange.raw(new ScriptedAnswer(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: " + wanted + "\r\nX-Origin: "
                        + exchange.origin() + "\r\n\r\n",
                ScriptedAnswer.Then.HANG));
        exchange.becomeRawEcho();
    }

    private static void echo(Exchange exchange) {
        String type = exchange.request().headers().get(HttpHeaderNames.CONTENT_TYPE, OCTETS);
        boolean chunked = HttpUtil.isTransferEncodingChunked(exchange.request());
        long length = HttpUtil.getContentLength(exchange.request(), 0L);
        exchange.takeBody(piece -> exchange.piece(piece.retain()), exchange::end);
        exchange.begin(exchange.head(200, type), chunked ? Framing.CHUNKED : Framing.LENGTH, length);
    }

    private static void upload(Exchange exchange, Received received, long pauseMs) {
        MessageDigest digest = Content.sha256();
        AtomicLong bytes = new AtomicLong();
        exchange.takeBody(
                piece -> {
                    bytes.addAndGet(piece.readableBytes());
                    digest.update(piece.nioBuffer());
                    if (pauseMs > 0) {
                        exchange.pauseReading(pauseMs);
                    }
                },
                () -> {
                    var upload = new Received.Upload(bytes.get(), HexFormat.of().formatHex(digest.digest()));
                    received.uploaded(upload);
                    String json = "{\"bytes\":" + upload.bytes() + ",\"sha256\":\"" + upload.sha256() + "\"}\n";
                    exchange.bytes(200, "application/json", json.getBytes(UTF_8));
                });
    }

    private static void health(Exchange exchange, boolean healthy) {
        exchange.text(healthy ? 200 : 503, healthy ? "up\n" : "down\n");
    }

    private static void switchMode(Exchange exchange, Behaviour behaviour) {
        Mode mode = parse(Mode.class, "mode", exchange.argument(0));
        behaviour.mode(mode);
        mode(exchange, mode);
    }

    private static void mode(Exchange exchange, Mode mode) {
        exchange.text(200, mode.name().toLowerCase(Locale.ROOT) + "\n");
    }

    static <E extends Enum<E>> E parse(Class<E> type, String name, String value) {
        StringBuilder expected = new StringBuilder();
        for (E constant : type.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(value)) {
                return constant;
            }
            expected.append(expected.isEmpty() ? "" : ", ").append(word);
        }
        throw new Target.BadRequest(name + ": " + value + " (expected: " + expected + ")");
    }
}
