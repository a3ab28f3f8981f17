package io.weldr.testserver;

/** What the origin does with every request, save those to {@code /mode}, which must go on working. */
public enum Mode {
    /** As the routes say. */
    NORMAL,
    /** 503 to everything. */
    ERROR,
    /** Takes the request and never answers. */
    HANG,
    /** Resets the connection as soon as a request head has come. */
    RESET
}
