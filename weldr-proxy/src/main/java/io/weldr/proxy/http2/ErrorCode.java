package io.weldr.proxy.http2;

import java.util.Locale;

/** Why a stream or a connection ends (RFC 9113 section 7). The order is that of the numbers. */
public enum ErrorCode {
    NO_ERROR,
    PROTOCOL_ERROR,
    INTERNAL_ERROR,
    FLOW_CONTROL_ERROR,
    SETTINGS_TIMEOUT,
    STREAM_CLOSED,
    FRAME_SIZE_ERROR,
    REFUSED_STREAM,
    CANCEL,
    COMPRESSION_ERROR,
    CONNECT_ERROR,
    ENHANCE_YOUR_CALM,
    INADEQUATE_SECURITY,
    HTTP_1_1_REQUIRED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The number on the wire. */
    @SuppressWarnings("EnumOrdinal") // the RFC numbers them in this order, without gaps
    public int number() {
        return ordinal();
    }

    /** The code of that number; one that is not known has no meaning of its own (RFC 9113 section 7). */
    public static ErrorCode of(long number) {
        ErrorCode[] all = values();
        return number >= 0 && number < all.length ? all[(int) number] : INTERNAL_ERROR;
    }

    /** The name in metrics, as in {@code enhance_your_calm}. */
    public String label() {
        return label;
    }
}
