package io.weldr.api.admin;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one certificate on one member.
 *
 * @param condition null: the member did not tell
 * @param missing why it did not, for people; null if it did
 */
public record CertificateBinding(
        MemberId member,
        @Nullable CertificateCondition condition,
        @Nullable String missing) {

    /** What all members have made of a certificate, by member. Members that do not proxy are left out. */
    static List<CertificateBinding> of(CertificateName certificate, List<Census.Line> lines) {
        List<CertificateBinding> all = new ArrayList<>();
        for (Census.Line line : lines) {
            Member member = line.member();
            if (member == null || !member.witness()) {
                all.add(of(certificate, line));
            }
        }
        return all;
    }

    private static CertificateBinding of(CertificateName certificate, Census.Line line) {
        MemberReport report = line.report();
        List<CertificateCondition> conditions = report == null ? null : report.certificates();
        if (conditions == null) {
            String missing = line.missing();
            return new CertificateBinding(
                    line.id(), null, missing != null ? missing : "its version does not tell about certificates");
        }
        return conditions.stream()
                .filter(condition -> condition.name().equals(certificate))
                .findFirst()
                .map(condition -> new CertificateBinding(line.id(), condition, null))
                .orElseGet(() -> new CertificateBinding(line.id(), null, "it has not applied the certificate yet"));
    }
}
