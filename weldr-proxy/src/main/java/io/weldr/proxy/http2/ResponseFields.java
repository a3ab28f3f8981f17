package io.weldr.proxy.http2;

import io.netty.util.AsciiString;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;

/**
 * Makes a field section of an origin the head of an HTTP/1.1 response, or a trailer section, as {@link RequestFields}
 * does it with those of clients: what HTTP/1.1 could misread, and what only HTTP/2 forbids, is refused here, before it
 * becomes text (RFC 9113 sections 8.1 to 8.3). All other rules are those of the scanner that reads the text. Scratch
 * space of one event loop.
 */
public final class ResponseFields implements HpackReader.Receiver {

    private static final byte[] HTTP_1_1 = Octets.ascii("HTTP/1.1 ");
    private static final int STATUS_DIGITS = 3;

    private final HeadWriter text = new HeadWriter();
    private boolean trailers;
    private boolean status; // has come
    private boolean malformed;

    /** A section begins. */
    public ResponseFields begin(boolean isTrailers) {
        trailers = isTrailers;
        status = false;
        malformed = false;
        text.reset();
        return this;
    }

    @Override
    public void field(AsciiString name, AsciiString value) {
        if (malformed) {
            return;
        }
        boolean pseudo = name.length() > 0 && name.byteAt(0) == ':';
        malformed = pseudo ? !status(name, value) : !regular(name, value);
    }

    /** RFC 9113 section 8.3.2: {@code :status} once, before all others, and no other pseudo-field. */
    private boolean status(AsciiString name, AsciiString value) {
        if (trailers || status || !name.contentEquals(":status") || value.length() != STATUS_DIGITS) {
            return false;
        }
        for (int i = 0; i < STATUS_DIGITS; i++) {
            if (value.byteAt(i) < '0' || value.byteAt(i) > '9') {
                return false;
            }
        }
        status = true;
        text.put(HTTP_1_1);
        put(value).put(' ').crlf();
        return true;
    }

    private boolean regular(AsciiString name, AsciiString value) {
        if ((!status && !trailers) || !RequestFields.lowerToken(name) || !RequestFields.isValue(value)) {
            return false;
        }
        int from = name.arrayOffset();
        switch (Field.named(name.array(), from, from + name.length())) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE, TRANSFER_ENCODING -> {
                return false; // RFC 9113 section 8.2.2
            }
            default -> {
                put(name).put(':').put(' ');
                put(value).crlf();
                return true;
            }
        }
    }

    private HeadWriter put(AsciiString part) {
        return text.put(part.array(), part.arrayOffset(), part.arrayOffset() + part.length());
    }

    /** The section is complete. Says whether it is well-formed: then {@link #text} has it. */
    public boolean finish() {
        text.crlf();
        return !malformed && (trailers || status);
    }

    /** What the section became: a whole head, or field lines and an empty line. Only after {@link #finish}. */
    public HeadWriter text() {
        return text;
    }
}
