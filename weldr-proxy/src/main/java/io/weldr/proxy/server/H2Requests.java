package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.HpackReader;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.http2.RequestFields;
import io.weldr.proxy.streams.FieldBlockBuffer;

/**
 * Makes the field sections of one HTTP/2 connection requests and trailers (RFC 9113 sections 4.3 and 8): decodes them,
 * has them checked, and opens a stream or refuses. Confined to the event loop.
 */
final class H2Requests {

    private final H2Server connection;
    private final H2Streams streams;
    private final ServerLoop loop;
    private final HpackReader hpack;
    private final RequestFields fields; // scratch space
    private final FieldBlockBuffer block;

    H2Requests(H2Server connection, H2Streams streams, ServerLoop loop) {
        this.connection = connection;
        this.streams = streams;
        this.loop = loop;
        hpack = new HpackReader(loop.limits.headBytesMax());
        fields = loop.fields;
        block = new FieldBlockBuffer(loop.limits, connection.link().account());
    }

    /** The connection is closed. */
    void drop() {
        block.drop();
    }

    /** {@link io.weldr.proxy.http2.FrameSink#headers}. */
    void headers(int id, ByteBuf fragment, boolean endStream, boolean endBlock) {
        if (endBlock) {
            section(id, fragment, endStream);
            return;
        }
        block.begin(endStream);
        addToBlock(fragment);
    }

    private void addToBlock(ByteBuf fragment) {
        Http2Limit exceeded = block.add(connection.link().allocator(), fragment);
        if (exceeded != null) {
            connection.exceeded(exceeded, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    /** {@link io.weldr.proxy.http2.FrameSink#continuation}. */
    void continuation(int id, ByteBuf fragment, boolean endBlock) {
        addToBlock(fragment);
        if (!endBlock || !connection.takesFrames()) {
            return;
        }
        ByteBuf whole = block.take();
        try {
            section(id, whole == null ? Unpooled.EMPTY_BUFFER : whole, block.endStream());
        } finally {
            if (whole != null) {
                whole.release();
            }
        }
    }

    /** A whole field block: every one is decoded, since later ones refer to it. */
    private void section(int id, ByteBuf whole, boolean endStream) {
        if (whole.readableBytes() > loop.limits.headBytesMax()) {
            connection.exceeded(Http2Limit.BLOCK_BYTES, ErrorCode.ENHANCE_YOUR_CALM);
            return;
        }
        H2Stream stream = streams.get(id);
        HpackReader.Result result = hpack.decode(id, whole, fields.begin(stream != null));
        if (result == HpackReader.Result.BROKEN) {
            connection.connectionError(ErrorCode.COMPRESSION_ERROR, "field block");
        } else if (stream != null) {
            trailers(stream, endStream, result);
        } else if (!connection.isIdle(id)) {
            if (!streams.wasReset(id)) {
                connection.connectionError(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream");
            }
        } else if ((id & 1) == 0) {
            connection.connectionError(ErrorCode.PROTOCOL_ERROR, "number of a stream");
        } else if (!connection
                .closing()) { // else the client will learn that it was not looked at: RFC 9113 section 6.8
            streams.seen(id);
            connection.requestCame();
            request(id, endStream, result);
        }
    }

    private void trailers(H2Stream stream, boolean endStream, HpackReader.Result result) {
        if (stream.inputEnded()) {
            stream.fail(ErrorCode.STREAM_CLOSED, Failure.BAD_FRAMING);
        } else if (!endStream || result == HpackReader.Result.TOO_LARGE || fields.finish(true) != null) {
            if (result == HpackReader.Result.TOO_LARGE) {
                connection.exceeded(Http2Limit.SECTION_BYTES);
            }
            stream.fail(ErrorCode.PROTOCOL_ERROR, Failure.BAD_FIELD);
        } else {
            stream.endInput(fields.text().toBytes());
        }
    }

    private void request(int id, boolean endStream, HpackReader.Result result) {
        if (streams.count() >= loop.limits.http2StreamsMax()) {
            connection.reset(id, ErrorCode.REFUSED_STREAM);
            connection.exceeded(Http2Limit.STREAMS);
            if (connection.settingsKnown()) {
                connection.countProvoked();
            }
            return;
        }
        if (result == HpackReader.Result.TOO_LARGE) {
            connection.exceeded(Http2Limit.SECTION_BYTES);
            refuse(id, endStream, Failure.HEAD_TOO_LARGE);
            return;
        }
        Failure wrong = fields.finish(endStream);
        if (wrong != null) {
            loop.exchanges.scanner().forget();
            refuse(id, endStream, wrong);
            return;
        }
        ByteBuf text = connection.link().allocator().directBuffer(fields.text().length());
        try {
            fields.text().writeTo(text);
            request(id, endStream, text);
        } finally {
            text.release();
        }
    }

    /** What only HTTP/2 can ask of a head that is sound is checked here. Which hosts it may ask for, routes check. */
    private void request(int id, boolean endStream, ByteBuf text) {
        Scan scan = loop.exchanges.scanner().scan(text);
        RequestHead head = loop.exchanges.scanner().head();
        if (scan != Scan.COMPLETE) {
            refuse(id, endStream, scan == Scan.REFUSED ? head.failure() : Failure.HEAD_TOO_LARGE);
        } else if (connection.peer().secure() && !fields.isSecure()) {
            refuse(id, endStream, Failure.BAD_TARGET);
        } else if (endStream && head.contentLength() > 0) {
            refuse(id, true, Failure.BAD_FRAMING); // RFC 9113 section 8.1.1
        } else {
            connection.open(id, endStream).begin(head, text, fields.isTunnel(), fields.contentLength());
        }
    }

    /** The section is no request: it is reset if it is malformed, and answered if it only asks for too much. */
    private void refuse(int id, boolean endStream, Failure failure) {
        boolean malformed = failure.status() == 400;
        ByteBuf answer = Refusal.answer(
                loop.exchanges, failure, connection.peer(), connection.link().allocator(), malformed);
        if (answer != null) {
            connection.open(id, endStream).refused(answer);
            return;
        }
        connection.reset(id, ErrorCode.PROTOCOL_ERROR);
        connection.countProvoked();
    }
}
