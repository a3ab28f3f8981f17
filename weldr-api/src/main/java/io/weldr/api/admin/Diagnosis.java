package io.weldr.api.admin;

import io.weldr.core.port.Finding;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the cluster, as one node sees it.
 *
 * @param self who has asked the members
 * @param stateAge since this node last heard from a leader; zero on the leader; null: it never did
 * @param members all of them, by id
 * @param findings the critical ones first
 * @param left findings that are left out, because there are more than {@link Doctor#FINDINGS_MAX}
 */
public record Diagnosis(
        MemberId self, @Nullable Duration stateAge, List<Patient> members, List<Finding> findings, int left) {
    public Diagnosis {
        members = List.copyOf(members);
        findings = List.copyOf(findings);
    }

    /**
     * A member.
     *
     * @param version of its program; null: it has not told it yet
     * @param clock null: it did not answer
     * @param missing why it did not answer, for people; null: it did
     */
    public record Patient(
            MemberId member,
            @Nullable String version,
            @Nullable ClockOffset clock,
            @Nullable String missing) {}
}
