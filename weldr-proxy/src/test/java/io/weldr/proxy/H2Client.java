package io.weldr.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.weldr.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to the proxy, frame by frame: sends whatever it is told, and reads what comes back. Used by one
 * thread. Windows are not opened unless the test does, or {@link #opensWindows} was called.
 */
final class H2Client implements Closeable {

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int FLOW_CONTROL_ERROR = 3;
    static final int SETTINGS_TIMEOUT = 4;
    static final int STREAM_CLOSED = 5;
    static final int FRAME_SIZE_ERROR = 6;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int COMPRESSION_ERROR = 9;
    static final int ENHANCE_YOUR_CALM = 11;

    /** A frame that has come. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        int number(int at) {
            return Unpooled.wrappedBuffer(payload).getInt(at);
        }
    }

    /** What has come on one stream. */
    static final class Response {
        final List<Http2Headers> interim = new ArrayList<>();

        @Nullable Http2Headers head;

        @Nullable Http2Headers trailers;

        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean ended;
        boolean taken;
        /** Code of RST_STREAM; -1: there was none. */
        int reset = -1;

        String status() {
            Http2Headers got = head;
            return got == null ? "none" : got.status().toString();
        }

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        @Nullable String field(String name) {
            Http2Headers got = head;
            CharSequence value = got == null ? null : got.get(name);
            return value == null ? null : value.toString();
        }

        @Nullable String trailer(String name) {
            Http2Headers got = trailers;
            CharSequence value = got == null ? null : got.get(name);
            return value == null ? null : value.toString();
        }

        boolean over() {
            return ended || reset >= 0;
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder((name, value) -> false);
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 64 * 1024);
    private final Map<Integer, Response> responses = new LinkedHashMap<>();
    final List<Frame> frames = new ArrayList<>();
    private boolean windows;
    /** Code of GOAWAY; -1: there was none. */
    int goAway = -1;

    int lastStream = -1;
    String goAwayText = "";
    boolean atEnd;

    private H2Client(InetSocketAddress address) {
        this(connected(address));
    }

    private static Socket connected(InetSocketAddress address) {
        try {
            return new Socket(address.getAddress(), address.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other side: an origin to which weldr has connected. It has read the preface, and said how it begins. */
    static H2Client ofOrigin(Socket accepted, int... settings) {
        H2Client origin = new H2Client(accepted);
        try {
            byte[] preface = new byte[PREFACE.length()];
            origin.in.readFully(preface);
            if (!new String(preface, StandardCharsets.US_ASCII).equals(PREFACE)) {
                throw new AssertionError("no preface");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuf all = Unpooled.buffer();
        for (int i = 0; i < settings.length; i += 2) {
            all.writeBytes(setting(settings[i], settings[i + 1]));
        }
        origin.frame(SETTINGS, 0, 0, ByteBufUtil.getBytes(all));
        origin.await(frame -> frame.type() == SETTINGS && !frame.has(ACK));
        return origin.frame(SETTINGS, ACK, 0, new byte[0]);
    }

    private H2Client(Socket standing) {
        try {
            socket = standing;
            socket.setSoTimeout(Patience.PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection on which nothing was sent. */
    static H2Client silent(TestProxy proxy) {
        return new H2Client(proxy.server.boundAddress());
    }

    /** A connection that has begun, and to which weldr has said how it begins. */
    static H2Client of(TestProxy proxy) {
        return to(proxy.server.boundAddress());
    }

    static H2Client to(InetSocketAddress address) {
        return over(connected(address));
    }

    /** A connection on a socket that stands, such as one of TLS, on which nothing was sent. */
    static H2Client on(Socket standing) {
        return new H2Client(standing);
    }

    /** The same on a socket that stands, such as one of TLS. */
    static H2Client over(Socket standing) {
        H2Client client = new H2Client(standing);
        client.begin();
        client.await(frame -> frame.type() == SETTINGS && frame.has(ACK));
        client.frame(SETTINGS, ACK, 0, new byte[0]);
        return client;
    }

    H2Client begin() {
        raw(PREFACE.getBytes(StandardCharsets.ISO_8859_1));
        return frame(SETTINGS, 0, 0, new byte[0]);
    }

    H2Client endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers content with as much room as it took. */
    H2Client opensWindows() {
        windows = true;
        return this;
    }

    Socket socket() {
        return socket;
    }

    // ---- sending

    H2Client raw(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] frameBytes(int type, int flags, int stream, byte[] payload) {
        ByteBuf buffer = Unpooled.buffer(9 + payload.length);
        buffer.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
        return buffer.writeBytes(payload).array();
    }

    H2Client frame(int type, int flags, int stream, byte[] payload) {
        return raw(frameBytes(type, flags, stream, payload));
    }

    H2Client frame(int type, int flags, int stream, int... numbers) {
        return frame(type, flags, stream, ints(numbers));
    }

    static byte[] ints(int... numbers) {
        ByteBuf buffer = Unpooled.buffer(4 * numbers.length);
        for (int number : numbers) {
            buffer.writeInt(number);
        }
        return ByteBufUtil.getBytes(buffer);
    }

    /** A setting as the payload of SETTINGS. */
    static byte[] setting(int identifier, int value) {
        return Unpooled.buffer(6).writeShort(identifier).writeInt(value).array();
    }

    /** Names and values in turn, encoded with the connection's table, in the order in which they are given. */
    byte[] block(String... fields) {
        ByteBuf buffer = Unpooled.buffer();
        try {
            for (int i = 0; i < fields.length; i += 2) {
                encoder.encodeHeaders(1, new DefaultHttp2Headers(false).add(fields[i], fields[i + 1]), buffer);
            }
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return ByteBufUtil.getBytes(buffer);
    }

    H2Client headers(int stream, boolean end, String... fields) {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    /** A request with the four pseudo-fields, and others behind them. */
    H2Client request(int stream, boolean end, String method, String path, String... more) {
        return headers(stream, end, request(method, path, more));
    }

    static String[] request(String method, String path, String... more) {
        List<String> all = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "a.example", ":path", path));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    H2Client get(int stream) {
        return request(stream, true, "GET", "/");
    }

    H2Client data(int stream, String text, boolean end) {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    H2Client cancel(int stream) {
        return frame(RST_STREAM, 0, stream, CANCEL);
    }

    H2Client openWindow(int stream, int bytes) {
        return frame(WINDOW_UPDATE, 0, stream, bytes);
    }

    // ---- reading

    /** The next frame; null: the connection has ended. */
    @Nullable Frame read() {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[length];
            in.readFully(payload);
            Frame frame = new Frame(type, flags, stream, payload);
            frames.add(frame);
            note(frame);
            return frame;
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("nothing came in time; before: " + this, e);
        } catch (EOFException e) {
            atEnd = true;
            return null;
        } catch (IOException e) {
            atEnd = true;
            return null; // reset
        }
    }

    /** Reads until such a frame has come. */
    Frame await(Predicate<Frame> wanted) {
        while (true) {
            Frame frame = read();
            if (frame == null) {
                throw new AssertionError("the connection ended; before: " + this);
            }
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    /** What has come on the stream so far. */
    Response soFar(int stream) {
        return responses.computeIfAbsent(stream, unknown -> new Response());
    }

    /** Reads until the stream is over, or the connection. */
    Response response(int stream) {
        Response response = soFar(stream);
        while (!response.over() && read() != null) {
            // until it is
        }
        return response;
    }

    /** Reads until so much content has come on the stream. */
    Response content(int stream, int bytes) {
        Response response = soFar(stream);
        while (response.body.size() < bytes && !response.over() && read() != null) {
            // until it has
        }
        return response;
    }

    /**
     * Of an origin: reads until one more request is complete, and gives the number of its stream; 0: the connection
     * ended.
     */
    int nextRequest() {
        while (true) {
            for (Map.Entry<Integer, Response> each : responses.entrySet()) {
                if (each.getValue().ended && !each.getValue().taken) {
                    each.getValue().taken = true;
                    return each.getKey();
                }
            }
            if (read() == null) {
                return 0;
            }
        }
    }

    /** Reads until the connection ends. */
    H2Client readToEnd() {
        while (read() != null) {
            // until it does
        }
        return this;
    }

    private ByteArrayOutputStream blockSoFar = new ByteArrayOutputStream();
    private boolean blockEnds;

    private void note(Frame frame) throws IOException {
        switch (frame.type()) {
            case HEADERS -> {
                blockSoFar = new ByteArrayOutputStream();
                blockSoFar.write(frame.payload());
                blockEnds = frame.has(END_STREAM);
                if (frame.has(END_HEADERS)) {
                    noteBlock(frame.stream());
                }
            }
            case CONTINUATION -> {
                blockSoFar.write(frame.payload());
                if (frame.has(END_HEADERS)) {
                    noteBlock(frame.stream());
                }
            }
            case DATA -> {
                Response response = soFar(frame.stream());
                response.body.write(frame.payload());
                response.ended |= frame.has(END_STREAM);
                if (windows && frame.payload().length > 0) {
                    openWindow(0, frame.payload().length);
                    if (!response.over()) {
                        openWindow(frame.stream(), frame.payload().length);
                    }
                }
            }
            case RST_STREAM -> soFar(frame.stream()).reset = frame.number(0);
            case GOAWAY -> {
                lastStream = frame.number(0);
                goAway = frame.number(4);
                goAwayText = new String(
                        Arrays.copyOfRange(frame.payload(), 8, frame.payload().length), StandardCharsets.US_ASCII);
            }
            default -> {}
        }
    }

    private void noteBlock(int stream) {
        Response response = soFar(stream);
        Http2Headers fields;
        try {
            fields = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(blockSoFar.toByteArray()));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        if (response.head != null) {
            response.trailers = fields;
        } else if (fields.status() != null && fields.status().toString().startsWith("1")) {
            response.interim.add(fields);
        } else {
            response.head = fields;
        }
        response.ended |= blockEnds;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        frames.forEach(frame -> text.append('[')
                .append(frame.type())
                .append(" flags ")
                .append(frame.flags())
                .append(" stream ")
                .append(frame.stream())
                .append(" length ")
                .append(frame.payload().length)
                .append("] "));
        return text + goAwayText;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
