package io.weldr.leader.vip;

import io.weldr.core.state.MemberId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Nobody can take over. */
final class NoSuccessors implements Successors {
    @Override
    public CompletionStage<Boolean> canHold(MemberId member) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletionStage<Boolean> handOver(MemberId member) {
        return CompletableFuture.completedFuture(false);
    }
}
