package io.weldr.leader.vip;

import io.weldr.core.state.MemberId;
import java.util.concurrent.CompletionStage;

/**
 * Tells a new leader whether another member may still hold the addresses. The node fills it with what members ask
 * each other.
 */
@FunctionalInterface
public interface Rivals {
    /** What is known of one member. */
    enum Standing {
        /** It answered that it does not hold them and never will for an earlier term. */
        FREE,
        /** Its process is dead: what it held was freed within milliseconds. */
        DEAD,
        /** It did not answer, or said that it holds them: wait for as long as it can. */
        MAY_HOLD
    }

    /**
     * Asks {@code member} once on behalf of the leader of {@code term}: {@link VirtualIps#cede} over there, or a sign
     * that its process is dead. To be answered within {@link #ANSWER_MILLIS_MAX}; a later answer and a failure count as
     * {@link Standing#MAY_HOLD}.
     */
    CompletionStage<Standing> ask(MemberId member, long term);

    /** Far more than a round trip, far less than a lifetime. */
    int ANSWER_MILLIS_MAX = 500;
}
