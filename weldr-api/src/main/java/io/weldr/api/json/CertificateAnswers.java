package io.weldr.api.json;

import io.weldr.api.admin.CertificateBinding;
import io.weldr.api.admin.CertificateFacts;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.port.CertificateCondition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What answers tell of certificates beside what an operator says of them. No key is ever in one. */
final class CertificateAnswers {
    private CertificateAnswers() {}

    /**
     * What is presented. {@code superseded} true: it is not what {@code acme} asks for any more.
     *
     * @param notBefore it is not valid before
     * @param notAfter it is not valid after
     */
    record IssuedEntry(
            List<String> hosts,
            String notBefore,
            String notAfter,
            String keyType,
            String serial,
            String fingerprint,
            @Nullable Boolean superseded) {
        static IssuedEntry of(IssuedChain issued, boolean superseded) {
            return new IssuedEntry(
                    issued.hosts(),
                    issued.notBefore().toString(),
                    issued.notAfter().toString(),
                    issued.keyType(),
                    issued.serial(),
                    issued.fingerprint(),
                    superseded ? true : null);
        }
    }

    /**
     * Who uses it.
     *
     * @param listeners names of listeners that present it
     * @param pools names of pools that show it to origins
     */
    record UsedBy(List<String> listeners, List<String> pools) {}

    /**
     * How far the order at the authority is.
     *
     * @param state {@code waiting}: the leader is to begin; {@code under-way}: the authority checks the hosts or
     *     issues; {@code failed}: the last order failed
     */
    record OrderEntry(
            String state,
            @Nullable List<String> challengedHosts,
            int failures,
            @Nullable String error,
            @Nullable String nextTry) {
        static @Nullable OrderEntry of(Certificate certificate) {
            AcmeOrder order = certificate.order();
            if (order == null) {
                return certificate.acme() != null && (certificate.issued() == null || certificate.superseded())
                        ? new OrderEntry("waiting", null, 0, null, null)
                        : null;
            }
            List<String> hosts = order.answers().stream()
                    .map(answer -> answer.host())
                    .distinct()
                    .toList();
            boolean underWay = order.url() != null;
            return new OrderEntry(
                    underWay ? "under-way" : order.error() != null ? "failed" : "waiting",
                    hosts.isEmpty() ? null : hosts,
                    order.failures(),
                    order.error(),
                    underWay || order.notBefore().equals(Instant.EPOCH)
                            ? null
                            : order.notBefore().toString());
        }
    }

    /**
     * What a member has made of it. {@code state} is {@code unknown} if the member did not tell, and the reason says
     * why.
     *
     * @param member the id of the member
     * @param state {@code unknown}: the member did not tell, and the reason says why
     * @param reason what is wrong, for people; null: nothing
     */
    record ConditionEntry(
            String member,
            String state,
            @Nullable String reason,
            @Nullable String since) {
        static ConditionEntry of(CertificateBinding binding) {
            CertificateCondition condition = binding.condition();
            String member = binding.member().value();
            return condition == null
                    ? new ConditionEntry(member, "unknown", binding.missing(), null)
                    : new ConditionEntry(
                            member,
                            Answers.word(condition.state()),
                            condition.reason().isEmpty() ? null : condition.reason(),
                            condition.since().toString());
        }
    }

    static void put(Map<String, Object> members, CertificateFacts facts) {
        Certificate certificate = facts.certificate();
        members.put("source", certificate.acme() == null ? "file" : "acme");
        IssuedChain issued = certificate.issued();
        if (issued != null) {
            members.put("issued", IssuedEntry.of(issued, certificate.superseded()));
        }
        members.put(
                "usedBy",
                new UsedBy(
                        facts.listeners().stream().map(name -> name.value()).toList(),
                        facts.pools().stream().map(name -> name.value()).toList()));
        OrderEntry order = OrderEntry.of(certificate);
        if (order != null) {
            members.put("order", order);
        }
        List<CertificateBinding> bindings = facts.bindings();
        if (bindings != null) {
            members.put("conditions", bindings.stream().map(ConditionEntry::of).toList());
        }
    }
}
