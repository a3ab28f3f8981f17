package io.weldr.proxy;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeOrder.Answer;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.listener.ListenerTls.ClientCertificates;
import io.weldr.core.listener.ListenerTls.TlsPolicy;
import io.weldr.core.port.ChallengeCertificates;
import io.weldr.core.port.ChallengeCertificates.Made;
import io.weldr.proxy.tls.ChallengeContexts;
import io.weldr.proxy.tls.ContextSpec;
import io.weldr.proxy.tls.KeyAndChain;
import io.weldr.proxy.tls.TlsContext;
import io.weldr.proxy.tls.TlsLibrary;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what is presented for TLS-ALPN-01 when the state has other answers. Confined to the thread that refreshes. */
final class Challenges {
    /** Each takes some tens of kilobytes. More hosts are proved in the orders that come then. */
    private static final int MAX = 1024;

    private static final ContextSpec SPEC =
            new ContextSpec(TlsPolicy.INTERMEDIATE, ClientCertificates.NONE, null, List.of(ChallengeContexts.PROTOCOL));
    private static final Logger LOG = LoggerFactory.getLogger(Challenges.class);

    private final ChallengeCertificates certificates;
    private final ChallengeContexts contexts;
    private Map<String, Answer> answers = Map.of(); // by host
    private Map<String, TlsContext> made = Map.of();

    Challenges(ChallengeCertificates certificates, ChallengeContexts contexts) {
        this.certificates = certificates;
        this.contexts = contexts;
    }

    /** Handshakes that begin afterwards find what is new. */
    void refresh(Collection<Certificate> certificatesNow, Supplier<TlsLibrary> library) {
        Map<String, Answer> next = answers(certificatesNow);
        if (next.equals(answers)) {
            return;
        }
        Map<String, TlsContext> all = new HashMap<>();
        next.forEach((host, answer) -> {
            TlsContext known = answer.equals(answers.get(host)) ? made.get(host) : null;
            TlsContext context = known == null ? make(library.get(), answer) : known;
            if (context != null) {
                all.put(host, context);
            }
        });
        contexts.replace(all);
        answers = next;
        made = all;
    }

    private static Map<String, Answer> answers(Collection<Certificate> certificates) {
        Map<String, Answer> all = new HashMap<>();
        for (Certificate certificate : certificates) {
            AcmeOrder order = certificate.order();
            if (order != null) {
                for (Answer answer : order.answers()) {
                    if (answer.challenge() == Challenge.TLS_ALPN_01 && all.size() < MAX) {
                        all.put(answer.host(), answer);
                    }
                }
            }
        }
        return all;
    }

    private @Nullable TlsContext make(TlsLibrary library, Answer answer) {
        try {
            Made one = certificates.make(answer.host(), answer.keyAuthorization());
            return library.context(new KeyAndChain(one.key(), KeyAndChain.certificates(one.chain())), SPEC);
        } catch (GeneralSecurityException | RuntimeException e) {
            LOG.warn("{} cannot be proved by TLS-ALPN-01 here: {}", answer.host(), e.getMessage());
            return null;
        }
    }
}
