package io.weldr.leader.health;

import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.Pool;
import org.jspecify.annotations.Nullable;

/**
 * How the origins of a pool are spoken to, by probes as by requests.
 *
 * @param client the chain that is shown to origins that ask for one; null: none
 */
record ProbeAccess(
        OriginProtocol protocol,
        OriginTlsPolicy tls,
        @Nullable IssuedChain client) {
    /** As in a pool that says nothing. */
    static final ProbeAccess DEFAULT = new ProbeAccess(OriginProtocol.HTTP1, OriginTlsPolicy.DEFAULT, null);

    static ProbeAccess of(Pool pool) {
        return new ProbeAccess(pool.settings().protocol(), pool.settings().tls(), null);
    }
}
