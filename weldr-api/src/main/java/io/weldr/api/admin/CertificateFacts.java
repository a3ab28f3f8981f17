package io.weldr.api.admin;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of an answer on a certificate that an operator did not write.
 *
 * @param certificate as the state has it
 * @param listeners that present it
 * @param pools that show it to origins
 * @param bindings what the members have made of it; null: nobody asked them, or no listener presents it
 */
public record CertificateFacts(
        Certificate certificate,
        List<ListenerName> listeners,
        List<PoolName> pools,
        @Nullable List<CertificateBinding> bindings) {
    public CertificateFacts {
        listeners = List.copyOf(listeners);
        pools = List.copyOf(pools);
        bindings = bindings == null ? null : List.copyOf(bindings);
    }

    static CertificateFacts of(Certificate certificate, ClusterState state) {
        CertificateName name = certificate.name();
        return new CertificateFacts(
                certificate,
                state.listeners().values().stream()
                        .filter(listener -> listener.tls() != null
                                && listener.tls().certificates().contains(name))
                        .map(listener -> listener.name())
                        .toList(),
                state.pools().values().stream()
                        .filter(pool -> name.equals(pool.settings().tls().clientCertificate()))
                        .map(pool -> pool.name())
                        .toList(),
                null);
    }

    /** The same with what the members of those lines have made of it. */
    CertificateFacts boundBy(List<Census.Line> lines) {
        return !listeners.isEmpty()
                ? new CertificateFacts(certificate, listeners, pools, CertificateBinding.of(certificate.name(), lines))
                : this;
    }
}
