package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.junit.jupiter.api.Test;

class PeerMessagesTest {
    @Test
    void aHeartbeatWithoutPreviousEntryCommitsNothing() {
        assertThat(bounded(append(0))).isEqualTo(-1);
        assertThat(bounded(append(7))).isEqualTo(-1);
    }

    @Test
    void anAppendWithoutPreviousEntryCommitsItsOwnEntriesAtMost() {
        assertThat(bounded(append(7).addEntries(entry(0)))).isEqualTo(0);
        assertThat(bounded(append(7).addEntries(entry(0)).addEntries(entry(1)))).isEqualTo(1);
        assertThat(bounded(append(0).addEntries(entry(0)).addEntries(entry(1)))).isEqualTo(0);
    }

    /** Behind a snapshot, a leader that has purged the previous entry sends none. */
    @Test
    void entriesBehindASnapshotAreCountedFromTheirOwnIndices() {
        assertThat(bounded(append(100).addEntries(entry(42)).addEntries(entry(43))))
                .isEqualTo(43);
    }

    @Test
    void anAppendWithPreviousEntryStaysAsItIs() {
        AppendEntriesRequestProto append = append(7)
                .setPreviousLog(TermIndexProto.newBuilder().setTerm(1).setIndex(3))
                .build();
        assertThat(PeerMessages.bounded(append)).isSameAs(append);
    }

    private static long bounded(AppendEntriesRequestProto.Builder append) {
        return PeerMessages.bounded(append.build()).getLeaderCommit();
    }

    private static AppendEntriesRequestProto.Builder append(long leaderCommit) {
        return AppendEntriesRequestProto.newBuilder().setLeaderTerm(3).setLeaderCommit(leaderCommit);
    }

    private static LogEntryProto entry(long index) {
        return LogEntryProto.newBuilder().setTerm(1).setIndex(index).build();
    }
}
