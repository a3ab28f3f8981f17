package io.weldr.proxy.http1;

/** The result of a scan of the available bytes. */
public enum Scan {
    /** The whole message part is there and sound. */
    COMPLETE,
    /** Sound so far; more bytes are needed. */
    INCOMPLETE,
    /** Refused; the scanned object says why. */
    REFUSED
}
