package io.weldr.leader.health;

/**
 * What a probe waits for, in the words of the reason of its result.
 *
 * @param missing what was not there in time: {@code no answer}, to be followed by {@code within 2 s}
 * @param closed the whole reason if the origin closes the connection meanwhile
 */
record Awaited(String missing, String closed) {
    static final Awaited NAME = new Awaited("name not resolved", "closed");
    static final Awaited CONNECTION = new Awaited("no connection", "closed");
    static final Awaited HANDSHAKE = new Awaited("no TLS handshake", "TLS: connection closed during the handshake");
    static final Awaited ANSWER = new Awaited("no answer", "closed without an answer");
}
