package io.weldr.api.admin;

import io.weldr.core.port.NodeFacts;
import io.weldr.core.state.MemberId;
import java.time.Instant;
import java.util.List;

/**
 * What a member has found of itself.
 *
 * @param receivedAt when it got the question, by its clock
 * @param answeredAt when it answered, by its clock
 * @param unready why clients are not to be sent there; empty: it is ready
 */
public record MemberChecks(
        MemberId member, Instant receivedAt, Instant answeredAt, List<String> unready, NodeFacts facts) {
    public MemberChecks {
        unready = List.copyOf(unready);
    }
}
