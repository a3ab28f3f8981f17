package io.weldr.proxy;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.CertificateCondition.State;
import io.weldr.core.port.CertificateConditions;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.TicketKeys;
import io.weldr.core.port.TicketKeys.TicketKey;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.http.CertifiedHosts;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.server.ServerProtocols;
import io.weldr.proxy.tls.ChallengeContexts;
import io.weldr.proxy.tls.ContextSpec;
import io.weldr.proxy.tls.KeyAndChain;
import io.weldr.proxy.tls.ListenerCertificates;
import io.weldr.proxy.tls.ServedCertificate;
import io.weldr.proxy.tls.ServerNames;
import io.weldr.proxy.tls.TlsContext;
import io.weldr.proxy.tls.TlsLibrary;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the certificates that listeners present, when the state of the cluster has other ones. A certificate that does
 * not load has a condition that says why, and the one before it is presented still. One thread refreshes; any thread
 * may ask.
 */
final class Certificates implements CertificateConditions {

    /** Before another attempt at a chain that did not load: the secret of the node may have come. */
    private static final Duration RETRY = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private final TlsLibrary library;
    private final KeySeal seal;
    private final TicketKeys tickets;
    private final ChallengeContexts challengeContexts = new ChallengeContexts();
    private final Challenges challenges;
    private final Map<ListenerName, ListenerCertificates> listeners = new ConcurrentHashMap<>();
    private volatile Map<CertificateName, CertificateCondition> conditions = Map.of();

    // These belong to the thread that refreshes.
    private final Map<Use, Loaded> loaded = new HashMap<>();
    private final Map<ListenerName, Made> made = new HashMap<>();
    private volatile @Nullable TlsLibrary resolved; // read by any thread

    /** A certificate, by the rules of some listeners. */
    private record Use(CertificateName certificate, ContextSpec spec) {}

    /**
     * What has become of a certificate.
     *
     * @param tried what was loaded last, or was to be
     * @param served what is presented; null: nothing
     * @param failure why {@code tried} was not loaded; null: it was
     */
    private record Loaded(
            IssuedChain tried,
            @Nullable ServedCertificate served,
            @Nullable String failure,
            Instant at,
            List<byte[]> ticketNames) {
        boolean holds(IssuedChain now, Instant time) {
            return failure == null ? tried.sameChain(now) : tried.equals(now) && time.isBefore(at.plus(RETRY));
        }
    }

    /** What the names of a listener were made of. */
    private record Made(
            ListenerTls settings,
            boolean http2,
            List<ServedCertificate> served,
            Set<String> missing,
            Set<String> fields) {}

    /** None are loaded yet. */
    Certificates(ProxySettings settings) {
        library = settings.tlsLibrary();
        seal = settings.keySeal();
        tickets = settings.ticketKeys();
        challenges = new Challenges(settings.challengeCertificates(), challengeContexts);
    }

    /** The certificates of a listener, now and later. Any thread. */
    ListenerCertificates of(ListenerName listener) {
        return listeners.computeIfAbsent(listener, unknown -> new ListenerCertificates(challengeContexts));
    }

    /** Fields by which listeners of that state tell origins who a client is: no client may send them. */
    static Set<String> identityFields(ClusterState state) {
        Set<String> fields = new HashSet<>();
        for (Listener listener : state.listeners().values()) {
            ListenerTls tls = listener.tls();
            if (tls != null && tls.subjectField() != null) {
                fields.add(tls.subjectField());
            }
            if (tls != null && tls.fingerprintField() != null) {
                fields.add(tls.fingerprintField());
            }
        }
        return fields;
    }

    /** Loads what is new. Handshakes that begin afterwards find it. */
    void refresh(ClusterState state, Instant now) {
        Map<CertificateName, Certificate> all = state.certificates();
        Set<String> fields = identityFields(state);
        Set<Use> used = new HashSet<>();
        Map<CertificateName, CertificateCondition> found = new TreeMap<>();
        for (Listener listener : state.listeners().values()) {
            ListenerTls tls = listener.tls();
            if (tls != null) {
                refresh(listener, tls, all, fields, now, used, found);
            }
        }
        challenges.refresh(all.values(), this::library);
        loaded.keySet().retainAll(used);
        made.keySet().retainAll(state.listeners().keySet());
        conditions = Map.copyOf(found);
    }

    private void refresh(
            Listener listener,
            ListenerTls tls,
            Map<CertificateName, Certificate> all,
            Set<String> fields,
            Instant now,
            Set<Use> used,
            Map<CertificateName, CertificateCondition> found) {
        boolean http2 = listener.speaksHttp2();
        ContextSpec spec =
                new ContextSpec(tls.policy(), tls.clients(), tls.clientAuthorities(), ServerProtocols.offered(http2));
        List<ServedCertificate> served = new ArrayList<>();
        Set<String> missing = new HashSet<>();
        for (CertificateName name : tls.certificates()) {
            Certificate certificate = all.get(name);
            Use use = new Use(name, spec);
            used.add(use);
            ServedCertificate each = certificate == null ? null : load(use, certificate, now);
            if (each != null) {
                served.add(each);
            } else if (certificate != null) {
                missing.addAll(hosts(certificate));
            }
            found.merge(name, condition(name, certificate, loaded.get(use), now), Certificates::worse);
        }
        Made next = new Made(tls, http2, List.copyOf(served), Set.copyOf(missing), Set.copyOf(fields));
        if (!next.equals(made.put(listener.name(), next))) {
            of(listener.name()).replace(new ServerNames(tls, http2, served, missing, FieldNames.of(fields)));
        }
    }

    private static List<String> hosts(Certificate certificate) {
        IssuedChain issued = certificate.issued();
        if (issued != null) {
            return issued.hosts();
        }
        return certificate.acme() == null ? List.of() : certificate.acme().hosts();
    }

    private @Nullable ServedCertificate load(Use use, Certificate certificate, Instant now) {
        IssuedChain issued = certificate.issued();
        Loaded before = loaded.get(use);
        if (issued == null) {
            return before == null ? null : before.served();
        }
        if (before != null && before.holds(issued, now)) {
            return renewTickets(use, before, now).served();
        }
        Loaded next;
        try {
            TlsContext context = library().context(open(use.certificate(), issued), use.spec());
            List<TicketKey> keys = tickets.keys(use.spec().clientPolicy(), now);
            context.ticketKeys(keys);
            ServedCertificate served = new ServedCertificate(
                    use.certificate(), new CertifiedHosts(issued.hosts()), issued.notAfter(), context);
            next = new Loaded(issued, served, null, now, names(keys));
        } catch (GeneralSecurityException | RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            ServedCertificate last = before == null ? null : before.served();
            if (before == null || !reason.equals(before.failure())) {
                LOG.warn(
                        "certificate {} ({}) cannot be used{}: {}",
                        use.certificate(),
                        issued,
                        last == null ? "" : ", the one before it is presented still",
                        reason);
            }
            next = new Loaded(issued, last, reason, now, before == null ? List.of() : before.ticketNames());
        }
        loaded.put(use, next);
        return next.served();
    }

    private TlsLibrary library() {
        TlsLibrary known = resolved;
        if (known == null) {
            known = library.resolve();
            resolved = known;
        }
        return known;
    }

    private KeyAndChain open(CertificateName name, IssuedChain issued) throws GeneralSecurityException {
        byte[] key = seal.open(KeyOwner.of(name), issued.key());
        return new KeyAndChain(key, KeyAndChain.certificates(issued.chain()));
    }

    private static List<byte[]> names(List<TicketKey> keys) {
        return keys.stream().map(TicketKey::name).toList();
    }

    /** A new day, or a new secret, brings other keys. Sessions of the days before resume still. */
    private Loaded renewTickets(Use use, Loaded before, Instant now) {
        ServedCertificate served = before.served();
        List<TicketKey> keys = tickets.keys(use.spec().clientPolicy(), now);
        List<byte[]> names = names(keys);
        if (served == null
                || Arrays.deepEquals(names.toArray(), before.ticketNames().toArray())) {
            return before;
        }
        served.context().ticketKeys(keys);
        Loaded next = new Loaded(before.tried(), served, before.failure(), before.at(), names);
        loaded.put(use, next);
        return next;
    }

    private CertificateCondition condition(
            CertificateName name, @Nullable Certificate certificate, @Nullable Loaded result, Instant now) {
        State state = State.LOADED;
        String reason = "";
        if (certificate == null) {
            state = State.FAILED;
            reason = "the cluster has no certificate of that name";
        } else if (result != null && result.failure() != null) {
            state = State.FAILED;
            ServedCertificate served = result.served();
            reason = result.failure()
                    + (served == null ? "" : "; the one before it is presented still, until " + served.notAfter());
        } else if (certificate.issued() == null) {
            state = State.NOT_ISSUED;
            reason = "the certificate authority has not issued it yet";
        }
        CertificateCondition before = conditions.get(name);
        boolean same =
                before != null && before.state() == state && before.reason().equals(reason);
        return same && before != null ? before : new CertificateCondition(name, state, reason, now);
    }

    /** Two listeners may have made different things of it. */
    private static CertificateCondition worse(CertificateCondition one, CertificateCondition other) {
        return other.state().compareTo(one.state()) > 0 ? other : one;
    }

    @Override
    public @Nullable String tlsLibrary() {
        TlsLibrary known = resolved;
        return known == null ? null : known.label();
    }

    @Override
    public List<CertificateCondition> certificateConditions() {
        return new TreeMap<>(conditions).values().stream().toList();
    }
}
