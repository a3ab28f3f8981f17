package io.weldr.testserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Netty's request decoder, which also keeps each request head as the octets that came. The decoder consumes a head
 * whole before it hands out the request, so what it has consumed since the last body ended is the head. Confined to the
 * event loop of its channel.
 */
final class HeadRecordingDecoder extends HttpRequestDecoder {
    /** Wide, so that the limits of the proxy in front are the ones that a test runs into. */
    static final int REQUEST_LINE_BYTES_MAX = 256 * 1024;

    static final int HEADER_BYTES_MAX = 1024 * 1024;
    /** The largest piece of a body that is handed out at once. */
    static final int CHUNK_BYTES_MAX = 64 * 1024;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream(512);
    private final Deque<byte[]> heads =
            new ArrayDeque<>(); // one a request that has been decoded and not yet been taken
    private boolean inBody;

    HeadRecordingDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setMaxChunkSize(CHUNK_BYTES_MAX)
                .setValidateHeaders(false)); // what came is what a test wants to see
    }

    /** The head of the next request in order. Call it once for each request. */
    byte[] takeHead() {
        byte[] next = heads.poll();
        assert next != null : "a request without a head";
        return next == null ? new byte[0] : next;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        int from = in.readerIndex();
        int had = out.size();
        super.decode(ctx, in, out);
        if (!inBody && in.readerIndex() > from) {
            head.writeBytes(ByteBufUtil.getBytes(in, from, in.readerIndex() - from));
        }
        for (Object message : out.subList(had, out.size())) {
            if (message instanceof HttpRequest) {
                heads.add(head.toByteArray());
                head.reset();
                inBody = true;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
        }
    }
}
