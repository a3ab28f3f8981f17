package io.weldr.raft.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Committed;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import io.weldr.raft.codec.EntryCodec;
import io.weldr.raft.codec.LogEntry;
import io.weldr.raft.codec.Samples;
import io.weldr.raft.codec.SnapshotCodec;
import io.weldr.raft.codec.SnapshotCodec.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApplierTest {
    private final Samples samples = new Samples(1);

    private static ByteBuffer entry(String requestId, Command command) {
        return ByteBuffer.wrap(EntryCodec.encode(new LogEntry.Write(new RequestId(requestId), command))
                .toByteArray());
    }

    @Test
    void theSameRequestAgainGivesTheFirstOutcomeAndChangesNothing() {
        Applier applier = Applier.initial();
        Command command = new Command.AnnounceMember(member(), Instant.EPOCH);
        Committed first = applier.apply(entry("r1", command), 1);
        assertThat(first.outcome()).isInstanceOf(Outcome.Accepted.class);
        ClusterState after = applier.state();

        assertThat(applier.apply(entry("r1", command), 2)).isEqualTo(first);
        assertThat(applier.apply(entry("r1", samples.command()), 3)).isEqualTo(first);
        assertThat(applier.state()).isSameAs(after);
    }

    @Test
    void aRepeatIsKnownAfterASnapshot() throws Exception {
        Applier before = Applier.initial();
        Command command = new Command.AnnounceMember(member(), Instant.EPOCH);
        Committed first = before.apply(entry("r1", command), 1);
        Applier after = restored(before, 1);
        assertThat(after.apply(entry("r1", command), 2)).isEqualTo(first);
    }

    @Test
    void thePastIsBoundedByCountAndTheOldestGoesFirst() {
        Applier applier = Applier.initial();
        Command command = new Command.RetireMember(new MemberId("n9"), Instant.EPOCH);
        for (int i = 1; i <= AppliedRequests.REQUESTS_MAX + 1; i++) {
            applier.apply(entry("r" + i, command), i);
        }
        Snapshot snapshot = applier.snapshot(1, AppliedRequests.REQUESTS_MAX + 1);
        assertThat(snapshot.requests()).hasSize(AppliedRequests.REQUESTS_MAX);
        assertThat(snapshot.requests().keySet()).doesNotContain("r1").contains("r2");
    }

    @Test
    void poisonIsRefusedAndTheNextEntryIsApplied() {
        Applier applier = Applier.initial();
        Random random = new Random(7);
        for (int index = 1; index < 500; index++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            Outcome outcome = applier.apply(ByteBuffer.wrap(noise), index).outcome();
            assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        }
        assertThat(applier.state()).isSameAs(ClusterState.INITIAL);
        Command command = new Command.AnnounceMember(member(), Instant.EPOCH);
        assertThat(applier.apply(entry("r1", command), 500).outcome()).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void aBarrierChangesNothing() {
        Applier applier = Applier.initial();
        byte[] barrier = EntryCodec.encode(new LogEntry.Barrier()).toByteArray();
        Committed committed = applier.apply(ByteBuffer.wrap(barrier), 5);
        assertThat(committed.index()).isEqualTo(5);
        assertThat(applier.state()).isSameAs(ClusterState.INITIAL);
        assertThat(applier.snapshot(1, 5).requests()).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13})
    void aNodeThatStartsFromASnapshotEndsWhereTheOthersDo(long seed) throws Exception {
        Random random = new Random(seed);
        Samples commands = new Samples(seed);
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            log.add(entry("r" + random.nextInt(200), commands.command()));
        }
        Applier straight = Applier.initial();
        Applier interrupted = Applier.initial();
        int snapshotAt = 1 + random.nextInt(299);
        for (int i = 0; i < log.size(); i++) {
            int index = i + 1;
            Committed one = straight.apply(log.get(i).duplicate(), index);
            Committed other = interrupted.apply(log.get(i).duplicate(), index);
            assertThat(other).isEqualTo(one);
            if (index == snapshotAt) {
                interrupted = restored(interrupted, index);
            }
        }
        assertThat(interrupted.state()).isEqualTo(straight.state());
    }

    private static Applier restored(Applier applier, long index) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SnapshotCodec.write(applier.snapshot(1, index), file);
        return Applier.of(SnapshotCodec.read(new ByteArrayInputStream(file.toByteArray())));
    }

    private static Member member() {
        HostPort here = new HostPort("127.0.0.1", 1);
        return new Member(new MemberId("n1"), here, here, here, here, "test");
    }
}
