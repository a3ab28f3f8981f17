package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import java.nio.file.Path;
import java.util.Map;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;

/** What the promises rest on must not change by a hand that tunes, nor by a new release's defaults. */
class RatisTuningTest {
    private final RaftProperties properties = RatisTuning.properties(
            RaftSettings.of(
                    new MemberId("n1"), new HostPort("127.0.0.1", 9687), null, Map.of(), Path.of("data"), false),
            Path.of("log"));

    @Test
    void anEntryIsOnTheDiskBeforeItCounts() {
        assertThat(RaftServerConfigKeys.Log.useMemory(properties)).isFalse();
        assertThat(RaftServerConfigKeys.Log.unsafeFlushEnabled(properties)).isFalse();
        assertThat(RaftServerConfigKeys.Log.asyncFlushEnabled(properties)).isFalse();
    }

    @Test
    void aDamagedLogIsRefused() {
        assertThat(RaftServerConfigKeys.Log.corruptionPolicy(properties))
                .isEqualTo(RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    }

    /** As often as a leader tries in the three seconds for which Ratis keeps what it has sent. */
    @Test
    void aDeadFollowerDoesNotFillTheLeadersMemory() {
        long kept = RaftServerConfigKeys.Log.Appender.snapshotChunkSizeMax(properties)
                        .getSize()
                * GrpcConfigKeys.Server.installSnapshotRequestElementLimit(properties)
                * 3
                * 45;
        assertThat(kept).isLessThan(40L << 20);
    }

    @Test
    void whoeverComesBackDoesNotUnseatALeader() {
        assertThat(RaftServerConfigKeys.LeaderElection.preVote(properties)).isTrue();
    }
}
