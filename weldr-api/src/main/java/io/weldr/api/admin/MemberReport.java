package io.weldr.api.admin;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.Traffic;
import io.weldr.core.state.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * What a member knows of itself at one moment.
 *
 * @param acting whether it may act as leader
 * @param leader whom it takes for the leader; null if it knows of none
 * @param trouble why its consensus part is not whole; null if it is
 */
public record MemberReport(
        MemberId id,
        Role role,
        boolean acting,
        long term,
        @Nullable MemberId leader,
        long commitIndex,
        long appliedIndex,
        @Nullable String trouble,
        Traffic traffic) {

    /** Of the node that this is. */
    static MemberReport of(ClusterStatus status, Traffic traffic) {
        return new MemberReport(
                status.self(),
                status.role(),
                status.acting(),
                status.term(),
                status.leader(),
                status.commitIndex(),
                status.appliedIndex(),
                status.trouble(),
                traffic);
    }
}
