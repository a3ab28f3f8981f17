package io.weldr.leader.vip;

import io.weldr.core.state.MemberId;
import java.util.concurrent.CompletionStage;

/** The other members, as a holder sees them that clients cannot reach. Any thread; never blocks. */
public interface Successors {
    /**
     * How long a member may take to answer. A handover takes some time too, and the address is to be elsewhere within 5
     * s.
     */
    int ANSWER_MILLIS_MAX = 500;

    /**
     * Asks a member whether it could hold the virtual IPs; see {@link VirtualIps#canHold()}. Completes with its answer,
     * or fails if it gave none.
     */
    CompletionStage<Boolean> canHold(MemberId member);

    /** Hands leadership over. Completes with whether it left this node; may fail instead. */
    CompletionStage<Boolean> handOver(MemberId member);
}
