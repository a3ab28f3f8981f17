package io.weldr.raft.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AppliedIndexTest {
    private final AppliedIndex applied = new AppliedIndex();

    private static ClusterState with(String url, long index) {
        Command add =
                new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse(url)), false, Instant.EPOCH);
        return ClusterState.INITIAL.apply(add, index).next();
    }

    @Test
    void itDoesNotGoBackWhileALogIsAppliedAgain() {
        ClusterState newest = with("http://a:1", 100);
        applied.advance(newest, 100);
        applied.advance(ClusterState.INITIAL, 50);
        assertThat(applied.get()).isEqualTo(100);
        assertThat(applied.state().get()).isEqualTo(newest);
    }

    /** The log that was given up held another entry at the same index: what it gave must not outlive it. */
    @Test
    void whatReplacesALogThatWasGivenUpCountsOnceTheNodeIsAMemberAgain() {
        ClusterState divergent = with("http://divergent:1", 100);
        ClusterState common = with("http://common:1", 100);
        applied.advance(divergent, 100);
        applied.disown();
        assertThat(applied.state().get()).as("better than none").isEqualTo(divergent);
        CompletableFuture<ClusterState> reader = applied.await(90);
        applied.advance(ClusterState.INITIAL, 3);
        applied.advance(common, 100);
        assertThat(reader).isNotDone();
        assertThat(applied.state().get()).isEqualTo(divergent);

        applied.settle();
        assertThat(applied.state().get()).isEqualTo(common);
        assertThat(applied.get()).isEqualTo(100);
        assertThat(reader).isCompletedWithValue(common);
    }

    @Test
    void aShorterLogReplacesALongerOne() {
        applied.advance(with("http://divergent:1", 100), 100);
        applied.disown();
        ClusterState shorter = with("http://common:1", 7);
        applied.advance(shorter, 9);
        applied.settle();
        assertThat(applied.state().get()).isEqualTo(shorter);
        assertThat(applied.get()).isEqualTo(9);
        applied.settle(); // once more changes nothing
        assertThat(applied.get()).isEqualTo(9);
    }
}
