package io.weldr.leader.health;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.ClusterState;
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

    static ProbeAccess of(Pool pool, ClusterState state) {
        OriginTlsPolicy tls = pool.settings().tls();
        CertificateName name = tls.clientCertificate();
        Certificate client = name == null ? null : state.certificate(name);
        return new ProbeAccess(pool.settings().protocol(), tls, client == null ? null : client.issued());
    }
}
