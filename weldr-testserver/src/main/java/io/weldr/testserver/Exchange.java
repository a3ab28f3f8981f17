package io.weldr.testserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and the means to answer it, well or badly. Confined to the event loop of its connection. A route calls
 * one of the answering methods once; the connection then carries on by itself.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, and that ends the exchange
final class Exchange {
    /** How an answer tells where its body ends (RFC 9112 section 6). */
    enum Framing {
        LENGTH,
        CHUNKED,
        CLOSE
    }

    private final Connection connection;
    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final byte[] head;
    private final Target target;
    private final List<String> arguments;
    private boolean keepAlive;
    private boolean answering;
    private boolean answered;
    private boolean bodyEnded;
    private Consumer<ByteBuf> onBody = piece -> {};
    private Runnable onBodyEnd = () -> {};
    private @Nullable Body streaming;
    private String[] trailers = {};
    private @Nullable Future<?> timer;

    Exchange(
            Connection connection,
            ChannelHandlerContext context,
            HttpRequest request,
            byte[] head,
            Target target,
            List<String> arguments) {
        this.connection = connection;
        this.context = context;
        this.request = request;
        this.head = head;
        this.target = target;
        this.arguments = List.copyOf(arguments);
        this.keepAlive = HttpUtil.isKeepAlive(request);
    }

    // The request

    HttpRequest request() {
        return request;
    }

    /** The octets of the head as they came. */
    byte[] head() {
        return head;
    }

    Target target() {
        return target;
    }

    /** What stood in the places in braces of the route, in order. */
    String argument(int index) {
        return arguments.get(index);
    }

    long number(int index, String name, long max) {
        return Target.number(name, arguments.get(index), max);
    }

    /** What to do with the body: by default it is read and dropped. Asks for it when the client waits to be asked. */
    void takeBody(Consumer<ByteBuf> piece, Runnable end) {
        onBody = piece;
        onBodyEnd = end;
        if (HttpUtil.is100ContinueExpected(request)) {
            interim(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    void bodyPiece(ByteBuf piece) {
        onBody.accept(piece);
    }

    void bodyEnd() {
        bodyEnded = true;
        onBodyEnd.run();
    }

    // Answers

    void text(int status, String text) {
        bytes(status, "text/plain; charset=utf-8", text.getBytes(UTF_8));
    }

    void bytes(int status, String type, byte[] bytes) {
        HttpResponse response = head(status, type);
        begin(response, Framing.LENGTH, bytes.length);
        if (bytes.length > 0 && !withoutBody(response)) {
            context.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        }
        end();
    }

    /** What the server calls itself. */
    String origin() {
        return connection.origin();
    }

    /** An answer head with the fields that every answer has. */
    HttpResponse head(int status, String type) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.SERVER, "weldr-testserver");
        headers.set(HttpHeaderNames.DATE, Date.now());
        headers.set("X-Origin", connection.origin());
        if (!type.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        return response;
    }

    /** The connection closes after this answer, and the answer says so. */
    void closeAfterwards() {
        keepAlive = false;
    }

    /** Sends a response that is not the last one: 100, 103. */
    void interim(DefaultFullHttpResponse response) {
        context.writeAndFlush(response);
    }

    /** Sends the head; pieces and {@link #end} follow. */
    void begin(HttpResponse response, Framing framing, long length) {
        assert !answering : "answered twice";
        answering = true;
        HttpHeaders headers = response.headers();
        boolean old = !request.protocolVersion().isKeepAliveDefault(); // HTTP/1.0 knows no chunks
        switch (framing) {
            case LENGTH -> headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
            case CHUNKED -> {
                if (old) {
                    keepAlive = false;
                } else {
                    headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
                }
            }
            case CLOSE -> keepAlive = false;
        }
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (old) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        connection.encoder().answersHead(isHead());
        context.write(response);
    }

    /** One piece of the body, sent at once. */
    void piece(ByteBuf piece) {
        if (isHead() || over()) {
            piece.release();
        } else {
            context.writeAndFlush(new DefaultHttpContent(piece));
        }
    }

    /** @param trailers name and value by turns */
    void end(String... trailers) {
        if (trailers.length == 0) {
            end(LastHttpContent.EMPTY_LAST_CONTENT);
            return;
        }
        DefaultLastHttpContent last = new DefaultLastHttpContent();
        for (int i = 0; i < trailers.length; i += 2) {
            last.trailingHeaders().add(trailers[i], trailers[i + 1]);
        }
        end(last);
    }

    private void end(LastHttpContent last) {
        context.writeAndFlush(last);
        answered();
        if (!keepAlive) {
            connection.closeGently();
        }
    }

    /**
     * Sends head and body at the pace of the reader.
     *
     * @param trailers name and value by turns
     */
    void stream(HttpResponse response, Framing framing, long length, Body body, String... trailers) {
        begin(response, framing, length);
        if (withoutBody(response)) {
            end();
        } else {
            this.trailers = trailers;
            streaming = body;
            pump();
        }
    }

    /** Writes while there is room; called again when there is room again. */
    void pump() {
        while (streaming != null && context.channel().isWritable()) {
            ByteBuf piece = streaming.next();
            if (piece == null) {
                streaming = null;
                end(trailers);
                return;
            }
            context.write(new DefaultHttpContent(piece));
        }
        context.flush();
    }

    /** Sends octets as they are, past the encoder. */
    void raw(ScriptedAnswer answer) {
        answering = true;
        rawPiece(Unpooled.wrappedBuffer(answer.bytes()));
        switch (answer.then()) {
            case KEEP -> answered();
            case CLOSE -> {
                answered();
                connection.closeGently();
            }
            case RESET -> reset();
            case HANG -> hang();
        }
    }

    void rawPiece(ByteBuf piece) {
        answering = true;
        connection.writeRaw(piece);
    }

    /** Never answers. The connection stays until the client ends it. */
    void hang() {
        answering = true;
    }

    /** FIN, with whatever has been written before it. */
    void cut() {
        context.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** RST, once what has been written is with the kernel. */
    void reset() {
        Channel channel = context.channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        cut();
    }

    /** Leaves what the client sends where it is for a while. */
    void pauseReading(long pauseMs) {
        connection.pauseReading(pauseMs);
    }

    /** Hands the connection over to raw bytes both ways: what comes is sent back. The 101 has been sent by then. */
    void becomeRawEcho() {
        connection.becomeRawEcho();
    }

    /** Runs this later, unless the connection is gone by then. One at a time. */
    void after(long delayMs, Runnable task) {
        Runnable unlessOver = () -> {
            if (!over()) {
                task.run();
            }
        };
        timer = context.executor().schedule(unlessOver, delayMs, TimeUnit.MILLISECONDS);
    }

    /** The connection is gone. */
    void abandoned() {
        if (timer != null) {
            timer.cancel(false);
        }
        streaming = null;
    }

    // How far it is

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    boolean hasRoom() {
        return context.channel().isWritable();
    }

    boolean answering() {
        return answering;
    }

    boolean hasBodyEnded() {
        return bodyEnded;
    }

    boolean finished() {
        return answered && bodyEnded;
    }

    private boolean over() {
        return answered || !context.channel().isActive();
    }

    private void answered() {
        answered = true;
        connection.progressed();
    }

    private boolean withoutBody(HttpResponse response) {
        int status = response.status().code();
        return isHead() || status == 204 || status == 304;
    }
}
