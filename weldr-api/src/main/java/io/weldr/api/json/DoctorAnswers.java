package io.weldr.api.json;

import io.weldr.api.admin.ClockOffset;
import io.weldr.api.admin.Diagnosis;
import io.weldr.api.admin.SupportTexts;
import io.weldr.core.port.Finding;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/doctor} and {@code GET /v1/support}. */
public final class DoctorAnswers {
    public static final String DOCTOR = "/v1/doctor";
    public static final String SUPPORT = "/v1/support";

    private DoctorAnswers() {}

    /**
     * What is wrong.
     *
     * @param node the id of the node that answers
     * @param healthy whether there are no findings
     * @param millisSinceLeader milliseconds since the node heard from a leader; null: it never did
     * @param members what members said of themselves
     * @param findings the critical ones first
     * @param left how many findings are left out, because there are too many; null: none
     */
    public record DoctorAnswer(
            String node,
            boolean healthy,
            @Nullable Long millisSinceLeader,
            List<MemberEntry> members,
            List<FindingEntry> findings,
            @Nullable Integer left,
            List<Link> links) {
        public static DoctorAnswer of(Diagnosis diagnosis) {
            Duration age = diagnosis.stateAge();
            return new DoctorAnswer(
                    diagnosis.self().value(),
                    diagnosis.findings().isEmpty(),
                    age == null ? null : age.toMillis(),
                    diagnosis.members().stream().map(MemberEntry::of).toList(),
                    diagnosis.findings().stream().map(FindingEntry::of).toList(),
                    diagnosis.left() == 0 ? null : diagnosis.left(),
                    List.of(Link.get("self", DOCTOR), Link.get("cluster", "/cluster"), Link.get("support", SUPPORT)));
        }
    }

    /**
     * Null for both of the clock, and not for {@code missing}: the member did not answer.
     *
     * @param member the id of the member
     * @param version the version of its program; null: it has not told it yet
     */
    public record MemberEntry(
            String member,
            @Nullable String version,
            @Nullable Long clockAheadMillis,
            @Nullable Long clockErrorMillis,
            @Nullable String missing) {
        static MemberEntry of(Diagnosis.Patient patient) {
            ClockOffset clock = patient.clock();
            return new MemberEntry(
                    patient.member().value(),
                    patient.version(),
                    clock == null ? null : clock.ahead().toMillis(),
                    clock == null ? null : clock.error().toMillis(),
                    patient.missing());
        }
    }

    /**
     * One thing that is wrong.
     *
     * @param severity {@code critical}: clients or changes are affected now; {@code warning}: not yet
     * @param node the id of the member; null: the cluster as a whole
     */
    public record FindingEntry(
            String severity, String check, @Nullable String node, String found, String remedy) {
        static FindingEntry of(Finding finding) {
            MemberId node = finding.node();
            return new FindingEntry(
                    Answers.word(finding.severity()),
                    finding.check(),
                    node == null ? null : node.value(),
                    finding.found(),
                    finding.remedy());
        }
    }

    /**
     * What a support bundle holds of one member.
     *
     * @param member the id of the member
     * @param texts its configuration, log, metrics, threads and machine
     */
    public record SupportAnswer(String member, List<TextEntry> texts, List<Link> links) {
        public static SupportAnswer of(SupportTexts texts) {
            return new SupportAnswer(
                    texts.member().value(),
                    texts.texts().stream()
                            .map(text -> new TextEntry(text.name(), text.text(), text.cut() ? true : null))
                            .toList(),
                    List.of(Link.get("self", SUPPORT + "?member=" + texts.member()), Link.get("doctor", DOCTOR)));
        }
    }

    /**
     * One file of a bundle.
     *
     * @param text at most 512 KiB
     * @param cut whether it is not all of it; null: it is
     */
    public record TextEntry(
            String name, String text, @Nullable Boolean cut) {}
}
