package io.weldr.proxy.tls;

import org.jspecify.annotations.Nullable;

/** The certificates that a listener has now. Handshakes that begin later find what was put here last. Thread safe. */
public final class ListenerCertificates {
    private volatile @Nullable ServerNames current;

    /** Null: none were loaded yet. */
    public @Nullable ServerNames current() {
        return current;
    }

    /** From now on these. */
    public void replace(ServerNames next) {
        current = next;
    }
}
