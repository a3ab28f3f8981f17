package io.weldr.proxy.tls;

import org.jspecify.annotations.Nullable;

/** The certificates that a listener has now. Handshakes that begin later find what was put here last. Thread safe. */
public final class ListenerCertificates {
    private final ChallengeContexts challenges;
    private volatile @Nullable ServerNames current;

    /** @param challenges what certificate authorities are presented; the same for all listeners */
    public ListenerCertificates(ChallengeContexts challenges) {
        this.challenges = challenges;
    }

    /**
     * What a certificate authority is presented that asks for that host by TLS-ALPN-01; null: nothing was promised to
     * it.
     */
    public @Nullable TlsContext challenge(@Nullable String host) {
        return challenges.find(host);
    }

    /** Null: none were loaded yet. */
    public @Nullable ServerNames current() {
        return current;
    }

    /** From now on these. */
    public void replace(ServerNames next) {
        current = next;
    }
}
