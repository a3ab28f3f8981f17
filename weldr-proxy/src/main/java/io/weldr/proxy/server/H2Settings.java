package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;

/** Reads what a client says of its side (RFC 9113 section 6.5.2). What weldr has no use for is only checked. */
final class H2Settings {

    private H2Settings() {}

    /** Reads a list of settings; false if one of them ended the connection. */
    static boolean read(ByteBuf values, H2Server connection, FrameWriter frames) {
        while (values.isReadable()) {
            int identifier = values.readUnsignedShort();
            long value = values.readUnsignedInt();
            switch (identifier) {
                case Frames.ENABLE_PUSH -> {
                    if (value > 1) {
                        return wrong(connection, ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH");
                    }
                }
                case Frames.INITIAL_WINDOW_SIZE -> {
                    if (value > Frames.INT31_MAX) {
                        return wrong(connection, ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE");
                    }
                    connection.peerStreamWindow((int) value);
                }
                case Frames.MAX_FRAME_SIZE -> {
                    if (value < Frames.PAYLOAD_BYTES_MAX || value > Frames.FRAME_BYTES_MOST) {
                        return wrong(connection, ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE");
                    }
                    frames.payloadMax((int) value);
                }
                default -> {} // the encoder keeps no table, and no other is of use
            }
        }
        return true;
    }

    private static boolean wrong(H2Server connection, ErrorCode code, String which) {
        connection.connectionError(code, which);
        return false;
    }
}
