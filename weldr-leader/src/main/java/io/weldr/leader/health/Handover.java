package io.weldr.leader.health;

import io.weldr.core.state.MemberId;
import java.util.concurrent.CompletionStage;

/** Moves leadership from this node to another member. Any thread; never blocks. */
@FunctionalInterface
public interface Handover {
    /** Completes with whether leadership left this node; may fail instead. */
    CompletionStage<Boolean> to(MemberId heir);
}
