package io.weldr.proxy.http1;

/** What a scan of the bytes at hand came to. */
public enum Scan {
    /** The whole message part is there and sound. */
    COMPLETE,
    /** Sound so far; more bytes are needed. */
    INCOMPLETE,
    /** Refused; the scanned object says why. */
    REFUSED
}
