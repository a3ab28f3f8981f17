package io.weldr.api.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.api.admin.CertificateBinding;
import io.weldr.api.admin.CertificateFacts;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.port.CertificateCondition;
import io.weldr.proto.admin.v1.CertificateConditions;
import io.weldr.proto.admin.v1.CertificateEntry;
import io.weldr.proto.admin.v1.CertificateEntry.Source;
import io.weldr.proto.admin.v1.IssuedCertificate;
import io.weldr.proto.admin.v1.NamedCertificateCondition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to tell of certificates, as messages; and what members have made of them, as messages and back. Pure.
 */
final class CertificateMessages {
    private CertificateMessages() {}

    /** Adds what there is to tell to an entry that has what the operator says. */
    static void put(Message.Builder to, CertificateFacts facts) {
        Certificate certificate = facts.certificate();
        CertificateEntry.Builder entry = CertificateEntry.newBuilder()
                .setSource(certificate.acme() == null ? Source.SOURCE_FILE : Source.SOURCE_ACME);
        IssuedChain issued = certificate.issued();
        if (issued != null) {
            entry.setIssued(issued(issued, certificate.superseded()));
        }
        facts.listeners().forEach(name -> entry.addListeners(name.value()));
        facts.pools().forEach(name -> entry.addPools(name.value()));
        io.weldr.proto.admin.v1.AcmeOrder order = order(certificate);
        if (order != null) {
            entry.setOrder(order);
        }
        List<CertificateBinding> bindings = facts.bindings();
        if (bindings != null) {
            bindings.forEach(binding -> entry.addConditions(condition(binding)));
        }
        Message made = entry.build();
        for (FieldDescriptor field : made.getAllFields().keySet()) {
            to.setField(field, made.getField(field));
        }
    }

    private static IssuedCertificate issued(IssuedChain issued, boolean superseded) {
        return IssuedCertificate.newBuilder()
                .addAllHosts(issued.hosts())
                .setNotBefore(Wire.timestamp(issued.notBefore()))
                .setNotAfter(Wire.timestamp(issued.notAfter()))
                .setKeyType(issued.keyType())
                .setSerial(issued.serial())
                .setFingerprint(issued.fingerprint())
                .setSuperseded(superseded)
                .build();
    }

    private static io.weldr.proto.admin.v1.@Nullable AcmeOrder order(Certificate certificate) {
        AcmeOrder order = certificate.order();
        io.weldr.proto.admin.v1.AcmeOrder.Builder to = io.weldr.proto.admin.v1.AcmeOrder.newBuilder()
                .setState(io.weldr.proto.admin.v1.AcmeOrder.State.STATE_WAITING);
        if (order == null) {
            boolean wanted = certificate.acme() != null && (certificate.issued() == null || certificate.superseded());
            return wanted ? to.build() : null;
        }
        order.answers().stream().map(answer -> answer.host()).distinct().forEach(to::addChallengedHosts);
        to.setFailures(order.failures());
        String error = order.error();
        if (error != null) {
            to.setError(error).setState(io.weldr.proto.admin.v1.AcmeOrder.State.STATE_FAILED);
        }
        if (order.url() != null) {
            to.setState(io.weldr.proto.admin.v1.AcmeOrder.State.STATE_UNDER_WAY);
        } else if (!order.notBefore().equals(Instant.EPOCH)) {
            to.setNextTry(Wire.timestamp(order.notBefore()));
        }
        return to.build();
    }

    private static io.weldr.proto.admin.v1.CertificateCondition condition(CertificateBinding binding) {
        CertificateCondition condition = binding.condition();
        String missing = binding.missing();
        io.weldr.proto.admin.v1.CertificateCondition.Builder message =
                condition == null ? io.weldr.proto.admin.v1.CertificateCondition.newBuilder() : message(condition);
        if (missing != null) {
            message.setReason(missing);
        }
        return message.setMember(binding.member().value()).build();
    }

    private static io.weldr.proto.admin.v1.CertificateCondition.Builder message(CertificateCondition condition) {
        return io.weldr.proto.admin.v1.CertificateCondition.newBuilder()
                .setState(
                        switch (condition.state()) {
                            case LOADED -> io.weldr.proto.admin.v1.CertificateCondition.State.STATE_LOADED;
                            case NOT_ISSUED -> io.weldr.proto.admin.v1.CertificateCondition.State.STATE_NOT_ISSUED;
                            case FAILED -> io.weldr.proto.admin.v1.CertificateCondition.State.STATE_FAILED;
                        })
                .setReason(condition.reason())
                .setSince(Wire.timestamp(condition.since()));
    }

    static CertificateConditions report(List<CertificateCondition> conditions) {
        CertificateConditions.Builder message = CertificateConditions.newBuilder();
        conditions.forEach(condition -> message.addConditions(NamedCertificateCondition.newBuilder()
                .setCertificate(condition.name().value())
                .setCondition(message(condition))));
        return message.build();
    }

    /** What another member reported. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static List<CertificateCondition> report(CertificateConditions message) {
        return message.getConditionsList().stream()
                .map(CertificateMessages::condition)
                .toList();
    }

    private static CertificateCondition condition(NamedCertificateCondition named) {
        io.weldr.proto.admin.v1.CertificateCondition message = named.getCondition();
        return new CertificateCondition(
                new CertificateName(named.getCertificate()),
                switch (message.getState()) {
                    case STATE_LOADED -> CertificateCondition.State.LOADED;
                    case STATE_NOT_ISSUED -> CertificateCondition.State.NOT_ISSUED;
                    // A state that a newer version has and this one does not know is not loaded; its reason says more.
                    case STATE_FAILED, STATE_UNSPECIFIED, UNRECOGNIZED -> CertificateCondition.State.FAILED;
                },
                message.getReason(),
                Instant.ofEpochSecond(
                        message.getSince().getSeconds(), message.getSince().getNanos()));
    }
}
