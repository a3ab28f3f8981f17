package io.weldr.proxy.tls;

import io.weldr.core.listener.ListenerTls;
import io.weldr.proxy.http.CertifiedHosts;
import io.weldr.proxy.http.FieldNames;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a listener presents to a client that asks for a name: one for that very name, else a wildcard; of
 * several the one that is valid longest, then the one whose name comes first. Immutable; shared by all workers.
 */
public final class ServerNames {
    private static final Comparator<ServedCertificate> BEST =
            Comparator.comparing(ServedCertificate::notAfter).reversed().thenComparing(ServedCertificate::name);

    private final Map<String, ServedCertificate> exact = new HashMap<>();
    private final Map<String, ServedCertificate> wildcards = new HashMap<>();
    private final CertifiedHosts missing;
    private final @Nullable ServedCertificate fallback;
    private final boolean fallbackMissing;
    private final ListenerTls settings;
    private final boolean http2;
    private final FieldNames identityFields;

    /**
     * The names of a listener.
     *
     * @param certificates those of the listener that could be loaded
     * @param missing hosts of those that could not be, or were not issued yet
     * @param http2 whether HTTP/2 is offered
     * @param identityFields fields that only weldr may write
     */
    public ServerNames(
            ListenerTls settings,
            boolean http2,
            List<ServedCertificate> certificates,
            Collection<String> missing,
            FieldNames identityFields) {
        this.settings = settings;
        this.http2 = http2;
        this.missing = new CertifiedHosts(Set.copyOf(missing));
        this.identityFields = identityFields;
        certificates.stream().sorted(BEST).forEach(each -> {
            each.hosts().exact().forEach(name -> exact.putIfAbsent(name, each));
            each.hosts().wildcards().forEach(parent -> wildcards.putIfAbsent(parent, each));
        });
        fallback = certificates.stream()
                .filter(each -> each.name().equals(settings.defaultCertificate()))
                .findFirst()
                .orElse(null);
        fallbackMissing = settings.defaultCertificate() != null && fallback == null;
    }

    /**
     * The certificate for a name.
     *
     * @param name lower case; null: the client asks for none
     * @return null: the listener has none, and {@link #failure} says why
     */
    public @Nullable ServedCertificate find(@Nullable String name) {
        if (name == null) {
            return fallback;
        }
        ServedCertificate found = exact.get(name);
        if (found != null) {
            return found;
        }
        String parent = CertifiedHosts.parent(name);
        found = parent == null ? null : wildcards.get(parent);
        return found != null || missing.cover(name) ? found : fallback;
    }

    /** Why there is no certificate for a name. Only if {@link #find} has found none. */
    public HandshakeFailure failure(@Nullable String name) {
        if (fallbackMissing || (name != null && missing.cover(name))) {
            return HandshakeFailure.NO_CERTIFICATE;
        }
        return name == null ? HandshakeFailure.NO_SERVER_NAME : HandshakeFailure.UNKNOWN_NAME;
    }

    /** What the listener says of TLS. */
    public ListenerTls settings() {
        return settings;
    }

    /** Whether HTTP/2 is offered. */
    public boolean http2() {
        return http2;
    }

    /**
     * Fields that a client may not send: those by which a listener tells origins who a client is. A trusted peer may,
     * unless the listener finds out itself.
     */
    public FieldNames forbidden(boolean trusted) {
        boolean asks = settings.subjectField() != null || settings.fingerprintField() != null;
        return trusted && !asks ? FieldNames.NONE : identityFields;
    }
}
