package io.weldr.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the field blocks of one connection (RFC 7541), by Netty's decoder. Fields go to a {@link Receiver} one by one
 * and are stored nowhere else. The size of a section is the length of its names and values, and 32 bytes for each field
 * (RFC 9113 section 6.5.2): a field that would exceed it is not passed on, nor is any behind it, whatever small
 * reference it was made of. The rest of the block is still decoded, since later blocks refer to it.
 */
public final class HpackReader {

    /** What came of a block. */
    public enum Result {
        COMPLETE,
        /** Too large: what the receiver has is not all of it. */
        TOO_LARGE,
        /** Malformed: nothing that comes later on the connection can be decoded. */
        BROKEN
    }

    /** Takes fields in the order in which they came. */
    public interface Receiver {
        /** The next field. Neither name nor value was checked. */
        void field(AsciiString name, AsciiString value);
    }

    private final Decoder decoder;

    /**
     * A decoder with an empty table.
     *
     * @param sectionBytesMax largest section
     */
    public HpackReader(int sectionBytesMax) {
        decoder = new Decoder(sectionBytesMax);
    }

    /** Decodes a whole block. */
    public Result decode(int stream, ByteBuf block, Receiver to) {
        decoder.fields.receiver = to;
        try {
            decoder.decodeHeaders(stream, block);
            return Result.COMPLETE;
        } catch (Http2Exception.HeaderListSizeException e) {
            return Result.TOO_LARGE;
        } catch (Http2Exception e) {
            return Result.BROKEN;
        } finally {
            decoder.fields.receiver = null;
        }
    }

    private static final class Decoder extends DefaultHttp2HeadersDecoder {
        final Passing fields = new Passing();

        Decoder(int sectionBytesMax) {
            super(false, sectionBytesMax);
        }

        @Override
        protected Http2Headers newHeaders() {
            return fields;
        }
    }

    /** Passes on what is added, and stays empty. */
    private static final class Passing extends DefaultHttp2Headers {
        @Nullable Receiver receiver;

        Passing() {
            super(false, 2);
        }

        @Override
        public Http2Headers add(CharSequence name, CharSequence value) {
            Receiver to = receiver;
            assert to != null : "only within decode";
            to.field(AsciiString.of(name), AsciiString.of(value));
            return this;
        }
    }
}
