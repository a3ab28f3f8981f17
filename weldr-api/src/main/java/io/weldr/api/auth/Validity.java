package io.weldr.api.auth;

import io.weldr.core.port.ApiTls;
import java.security.cert.X509Certificate;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether a certificate is accepted still, for whoever asks often: it is looked at once a second, because a look
 * verifies a signature. Thread safe.
 */
final class Validity implements BooleanSupplier {
    static final long LOOK_EVERY_NANOS = 1_000_000_000L;

    private final Certified client;
    private final ApiTls tls;
    private final LongSupplier nanoClock;
    private long lookedNanos; // guarded by this
    private boolean valid; // guarded by this

    /** @param client was let in this moment */
    Validity(Certified client, ApiTls tls, LongSupplier nanoClock) {
        this.client = client;
        this.tls = tls;
        this.nanoClock = nanoClock;
        this.lookedNanos = nanoClock.getAsLong() - LOOK_EVERY_NANOS;
    }

    @Override
    public synchronized boolean getAsBoolean() {
        long nowNanos = nanoClock.getAsLong();
        if (nowNanos - lookedNanos >= LOOK_EVERY_NANOS) {
            lookedNanos = nowNanos;
            X509Certificate certificate = client.certificate();
            valid = client.actor().equals(tls.client(certificate));
        }
        return valid;
    }
}
