package io.weldr.api.grpc;

import com.google.protobuf.Timestamp;
import io.weldr.api.admin.ClockOffset;
import io.weldr.api.admin.Diagnosis;
import io.weldr.api.admin.MemberChecks;
import io.weldr.api.admin.SupportTexts;
import io.weldr.core.port.Finding;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.port.SupportText;
import io.weldr.core.state.MemberId;
import io.weldr.proto.admin.v1.CheckedMember;
import io.weldr.proto.admin.v1.ChecksReply;
import io.weldr.proto.admin.v1.DoctorReply;
import io.weldr.proto.admin.v1.SupportReply;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/** Findings and support texts to messages and back. Pure. */
final class DoctorMessages {
    private DoctorMessages() {}

    static DoctorReply message(Diagnosis diagnosis) {
        DoctorReply.Builder reply =
                DoctorReply.newBuilder().setSelf(diagnosis.self().value()).setLeft(diagnosis.left());
        Duration age = diagnosis.stateAge();
        if (age != null) {
            reply.setStateAge(Wire.duration(age));
        }
        for (Diagnosis.Patient patient : diagnosis.members()) {
            CheckedMember.Builder member =
                    CheckedMember.newBuilder().setMember(patient.member().value());
            String version = patient.version();
            ClockOffset clock = patient.clock();
            String missing = patient.missing();
            if (version != null) {
                member.setVersion(version);
            }
            if (clock != null) {
                member.setClockAhead(Wire.duration(clock.ahead())).setClockError(Wire.duration(clock.error()));
            }
            if (missing != null) {
                member.setMissing(missing);
            }
            reply.addMembers(member);
        }
        diagnosis.findings().forEach(finding -> reply.addFindings(message(finding)));
        return reply.build();
    }

    private static io.weldr.proto.admin.v1.Finding message(Finding finding) {
        MemberId node = finding.node();
        return io.weldr.proto.admin.v1.Finding.newBuilder()
                .setSeverity(
                        finding.severity() == Finding.Severity.CRITICAL
                                ? io.weldr.proto.admin.v1.Finding.Severity.SEVERITY_CRITICAL
                                : io.weldr.proto.admin.v1.Finding.Severity.SEVERITY_WARNING)
                .setCheck(finding.check())
                .setNode(node == null ? "" : node.value())
                .setFound(finding.found())
                .setRemedy(finding.remedy())
                .build();
    }

    static ChecksReply message(MemberChecks checks) {
        ChecksReply.Builder reply = ChecksReply.newBuilder()
                .setMember(checks.member().value())
                .setReceivedAt(Wire.timestamp(checks.receivedAt()))
                .setAnsweredAt(Wire.timestamp(checks.answeredAt()))
                .addAllUnready(checks.unready())
                .putAllSettings(checks.facts().settings());
        checks.facts().findings().forEach(finding -> reply.addFindings(message(finding)));
        return reply.build();
    }

    /** What a member told. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static MemberChecks value(ChecksReply message) {
        MemberId member = new MemberId(message.getMember());
        return new MemberChecks(
                member,
                instant(message.getReceivedAt()),
                instant(message.getAnsweredAt()),
                message.getUnreadyList(),
                new NodeFacts(
                        new TreeMap<>(message.getSettingsMap()),
                        message.getFindingsList().stream()
                                .map(finding -> value(member, finding))
                                .toList()));
    }

    /** A severity of a newer version is critical. */
    private static Finding value(MemberId member, io.weldr.proto.admin.v1.Finding message) {
        return new Finding(
                message.getSeverity() == io.weldr.proto.admin.v1.Finding.Severity.SEVERITY_WARNING
                        ? Finding.Severity.WARNING
                        : Finding.Severity.CRITICAL,
                message.getCheck(),
                member,
                message.getFound(),
                message.getRemedy());
    }

    private static Instant instant(Timestamp message) {
        return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
    }

    static SupportReply message(SupportTexts texts) {
        SupportReply.Builder reply =
                SupportReply.newBuilder().setMember(texts.member().value());
        for (SupportText text : texts.texts()) {
            reply.addTexts(io.weldr.proto.admin.v1.SupportText.newBuilder()
                    .setName(text.name())
                    .setText(text.text())
                    .setCut(text.cut()));
        }
        return reply.build();
    }

    static SupportTexts value(SupportReply message) {
        return new SupportTexts(
                new MemberId(message.getMember()),
                message.getTextsList().stream()
                        .map(text -> new SupportText(text.getName(), text.getText(), text.getCut()))
                        .toList());
    }
}
