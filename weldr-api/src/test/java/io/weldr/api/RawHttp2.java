package io.weldr.api;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client of HTTP/2 that sends whatever the test wants (RFC 9113). Confined to the thread of the test. */
final class RawHttp2 {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;

    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 64 * 1024);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private int nextStream = 1;

    /** What a stream, or the connection, was answered: {@code :status}, {@code grpc-status} and the text, or a code. */
    record Answer(String status, String grpcStatus, String text) {}

    /** What came back. Stream 0: the connection. */
    record Answers(Map<Integer, Answer> streams, boolean pinged, String data) {}

    RawHttp2() {
        sent.writeBytes(PREFACE);
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    void frame(int type, int flags, int stream, byte[] payload) {
        int length = payload.length;
        sent.writeBytes(new byte[] {
            (byte) (length >> 16),
            (byte) (length >> 8),
            (byte) length,
            (byte) type,
            (byte) flags,
            (byte) (stream >> 24),
            (byte) (stream >> 16),
            (byte) (stream >> 8),
            (byte) stream
        });
        sent.writeBytes(payload);
    }

    /** Begins a stream with these fields, in pairs, sends the bytes in one frame, and ends it. */
    void call(List<String> fields, byte[] body) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.size(); i += 2) {
            headers.add(fields.get(i), fields.get(i + 1));
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(nextStream, headers, block);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        byte[] bytes = new byte[block.readableBytes()];
        block.readBytes(bytes);
        frame(HEADERS, END_HEADERS | (body.length == 0 ? END_STREAM : 0), nextStream, bytes);
        if (body.length > 0) {
            frame(DATA, END_STREAM, nextStream, body);
        }
        nextStream += 2;
    }

    void ping() {
        frame(PING, 0, 0, new byte[8]);
    }

    byte[] bytes() {
        return sent.toByteArray();
    }

    /** Sends these bytes, and reads until {@code streams} streams have ended and a ping was answered, or the end. */
    Answers exchange(InetSocketAddress address, byte[] bytes, int streams) throws IOException {
        Map<Integer, Answer> answers = new TreeMap<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean pinged = false;
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(bytes);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            List<Integer> ended = new ArrayList<>();
            while (!pinged || ended.size() < streams) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(length);
                switch (type) {
                    case HEADERS -> answers.merge(stream, head(stream, flags, payload), RawHttp2::both);
                    case DATA -> data.writeBytes(payload);
                    case RST_STREAM ->
                        answers.putIfAbsent(stream, new Answer("reset", "", Integer.toString(payload[3])));
                    case PING -> pinged |= (flags & ACK) != 0;
                    case GOAWAY -> answers.put(0, new Answer("goaway", "", new String(payload, 8, length - 8, UTF_8)));
                    default -> {}
                }
                boolean end = type == RST_STREAM || ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0);
                if (end && !ended.contains(stream)) {
                    ended.add(stream);
                }
            }
        } catch (EOFException e) {
            // The server has ended the connection.
        } catch (IOException e) {
            if (e instanceof java.net.SocketTimeoutException) {
                throw e;
            }
        }
        return new Answers(answers, pinged, data.toString(UTF_8));
    }

    private Answer head(int stream, int flags, byte[] payload) throws IOException {
        if ((flags & PADDED) != 0 || (flags & END_HEADERS) == 0) {
            throw new IOException("a head that this client does not read");
        }
        try {
            Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
            return new Answer(
                    text(headers.status()), text(headers.get("grpc-status")), text(headers.get("grpc-message")));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    private static Answer both(Answer head, Answer trailers) {
        return new Answer(head.status(), head.grpcStatus() + trailers.grpcStatus(), head.text() + trailers.text());
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }
}
