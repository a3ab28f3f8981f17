package io.weldr.codec;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.state.Command;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.wire.resource.Certificates;
import java.time.Instant;

/** Certificates, accounts and orders, and the commands on them. Keys are sealed before they come here. */
final class CertificateCodec {
    private CertificateCodec() {}

    // ---- commands

    static LogProto.PutCertificate encode(Command.PutCertificate command) {
        return LogProto.PutCertificate.newBuilder()
                .setCertificate(encodePlain(command.certificate()))
                .setCondition(ResourceCommandCodec.encode(command.condition()))
                .build();
    }

    static LogProto.RecordAcmeAccount encode(Command.RecordAcmeAccount command) {
        LogProto.RecordAcmeAccount.Builder to =
                LogProto.RecordAcmeAccount.newBuilder().setAccount(encode(command.account()));
        if (command.replaces() != null) {
            to.setReplaces(command.replaces().text());
        }
        return to.build();
    }

    static LogProto.RecordAcmeOrder encode(Command.RecordAcmeOrder command) {
        LogProto.RecordAcmeOrder.Builder to = LogProto.RecordAcmeOrder.newBuilder()
                .setCertificate(command.certificate().value())
                .setWritten(command.written());
        if (command.order() != null) {
            to.setOrder(encode(command.order()));
        }
        return to.build();
    }

    static LogProto.RecordIssued encode(Command.RecordIssued command) {
        return LogProto.RecordIssued.newBuilder()
                .setCertificate(command.certificate().value())
                .setWritten(command.written())
                .setIssued(encode(command.issued()))
                .build();
    }

    static Command decode(LogProto.PutCertificate from, Instant at) {
        return new Command.PutCertificate(
                decode(from.getCertificate()), ResourceCommandCodec.decode(from.getCondition()), at);
    }

    static Command decode(LogProto.RecordAcmeAccount from, Instant at) {
        return new Command.RecordAcmeAccount(
                decode(from.getAccount()), from.hasReplaces() ? new Sealed(from.getReplaces()) : null, at);
    }

    static Command decode(LogProto.RecordAcmeOrder from, Instant at) {
        return new Command.RecordAcmeOrder(
                new CertificateName(from.getCertificate()),
                from.getWritten(),
                from.hasOrder() ? decode(from.getOrder()) : null,
                at);
    }

    static Command decode(LogProto.RecordIssued from, Instant at) {
        return new Command.RecordIssued(
                new CertificateName(from.getCertificate()), from.getWritten(), decode(from.getIssued()), at);
    }

    // ---- state

    static LogProto.Certificate encode(Certificate certificate) {
        return encodePlain(certificate).toBuilder()
                .setStamp(PoolCodec.encode(certificate.stamp()))
                .build();
    }

    private static LogProto.Certificate encodePlain(Certificate certificate) {
        LogProto.Certificate.Builder to = LogProto.Certificate.newBuilder()
                .setName(certificate.name().value())
                .setSuperseded(certificate.superseded());
        if (certificate.issued() != null) {
            to.setIssued(encode(certificate.issued()));
        }
        if (certificate.acme() != null) {
            to.setAcme(encode(certificate.acme()));
        }
        if (certificate.order() != null) {
            to.setOrder(encode(certificate.order()));
        }
        return to.build();
    }

    static Certificate decode(LogProto.Certificate from) {
        return new Certificate(
                new CertificateName(from.getName()),
                from.hasIssued() ? decode(from.getIssued()) : null,
                from.hasAcme() ? decode(from.getAcme()) : null,
                from.hasOrder() ? decode(from.getOrder()) : null,
                from.getSuperseded(),
                from.hasStamp() ? PoolCodec.decode(from.getStamp()) : Stamp.INITIAL);
    }

    static LogProto.AcmeAccount encode(AcmeAccount account) {
        return LogProto.AcmeAccount.newBuilder()
                .setDirectory(account.directory())
                .setSealedKey(account.key().text())
                .build();
    }

    static AcmeAccount decode(LogProto.AcmeAccount from) {
        return new AcmeAccount(from.getDirectory(), new Sealed(from.getSealedKey()));
    }

    private static LogProto.IssuedChain encode(IssuedChain issued) {
        return LogProto.IssuedChain.newBuilder()
                .setChain(issued.chain())
                .setSealedKey(issued.key().text())
                .addAllHosts(issued.hosts())
                .setNotBefore(PoolCodec.encode(issued.notBefore()))
                .setNotAfter(PoolCodec.encode(issued.notAfter()))
                .setKeyType(issued.keyType())
                .setSerial(issued.serial())
                .setFingerprint(issued.fingerprint())
                .build();
    }

    private static IssuedChain decode(LogProto.IssuedChain from) {
        return new IssuedChain(
                from.getChain(),
                new Sealed(from.getSealedKey()),
                from.getHostsList(),
                PoolCodec.decode(from.getNotBefore()),
                PoolCodec.decode(from.getNotAfter()),
                from.getKeyType(),
                from.getSerial(),
                from.getFingerprint());
    }

    private static LogProto.AcmeSettings encode(AcmeSettings acme) {
        LogProto.AcmeSettings.Builder to = LogProto.AcmeSettings.newBuilder().setAcme(Certificates.encode(acme));
        if (acme.externalAccount() != null) {
            to.setSealedExternalKey(acme.externalAccount().key().text());
        }
        return to.build();
    }

    private static AcmeSettings decode(LogProto.AcmeSettings from) {
        Check.that(
                from.getAcme().hasExternalAccount() == from.hasSealedExternalKey(),
                "acme",
                from.getAcme().getDirectory(),
                "an external account together with its key");
        return Certificates.decode(
                from.getAcme(), "", from.hasSealedExternalKey() ? new Sealed(from.getSealedExternalKey()) : null);
    }

    private static LogProto.AcmeOrder encode(AcmeOrder order) {
        LogProto.AcmeOrder.Builder to = LogProto.AcmeOrder.newBuilder()
                .setFailures(order.failures())
                .setNotBefore(PoolCodec.encode(order.notBefore()));
        if (order.url() != null) {
            to.setUrl(order.url());
        }
        if (order.key() != null) {
            to.setSealedKey(order.key().text());
        }
        if (order.error() != null) {
            to.setError(order.error());
        }
        order.answers()
                .forEach(answer -> to.addAnswers(LogProto.AcmeOrder.Answer.newBuilder()
                        .setHost(answer.host())
                        .setChallenge(Certificates.encode(answer.challenge()))
                        .setToken(answer.token())
                        .setKeyAuthorization(answer.keyAuthorization())));
        return to.build();
    }

    private static AcmeOrder decode(LogProto.AcmeOrder from) {
        return new AcmeOrder(
                from.hasUrl() ? from.getUrl() : null,
                from.hasSealedKey() ? new Sealed(from.getSealedKey()) : null,
                from.getAnswersList().stream()
                        .map(answer -> new AcmeOrder.Answer(
                                answer.getHost(),
                                Certificates.decode(answer.getChallenge()),
                                answer.getToken(),
                                answer.getKeyAuthorization()))
                        .toList(),
                from.getFailures(),
                PoolCodec.decode(from.getNotBefore()),
                from.hasError() ? from.getError() : null);
    }
}
