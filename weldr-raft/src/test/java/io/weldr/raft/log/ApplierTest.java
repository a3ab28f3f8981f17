package io.weldr.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.codec.Samples;
import io.weldr.codec.SnapshotCodec;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.codec.UndecodableException;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.Committed;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
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
    void theSameRequestAgainGivesTheFirstOutcomeAndChangesNothing() throws Exception {
        Applier applier = Applier.initial();
        Command command = new Command.AnnounceMember(member(), Instant.EPOCH);
        Committed first = applier.apply(entry("r1", command), 1, 1);
        assertThat(first.outcome()).isInstanceOf(Outcome.Accepted.class);
        ClusterState after = applier.state();

        assertThat(applier.apply(entry("r1", command), 1, 2)).isEqualTo(first);
        assertThat(applier.apply(entry("r1", samples.command()), 1, 3)).isEqualTo(first);
        assertThat(applier.state()).isSameAs(after);
    }

    @Test
    void aRepeatIsKnownAfterASnapshot() throws Exception {
        Applier before = Applier.initial();
        Command command = new Command.AnnounceMember(member(), Instant.EPOCH);
        Committed first = before.apply(entry("r1", command), 1, 1);
        Applier after = restored(before, 1);
        assertThat(after.apply(entry("r1", command), 1, 2)).isEqualTo(first);
    }

    @Test
    void thePastIsBoundedByCountAndTheOldestGoesFirst() throws Exception {
        Applier applier = Applier.initial();
        Command command = new Command.RetireMember(new MemberId("n9"), Instant.EPOCH);
        for (int i = 1; i <= AppliedRequests.OPERATORS_MAX + 1; i++) {
            applier.apply(entry("r" + i, command), 1, i);
        }
        Snapshot snapshot = applier.snapshot(1, AppliedRequests.OPERATORS_MAX + 1);
        assertThat(snapshot.requests().operators()).hasSize(AppliedRequests.OPERATORS_MAX);
        assertThat(snapshot.requests().operators().keySet())
                .doesNotContain("r1")
                .contains("r2");
    }

    @Test
    void requestsOfTheClusterPushNoneOfAnOperatorOut() throws Exception {
        Applier applier = Applier.initial();
        long index = 1;
        applier.apply(
                entry("raise", new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, Instant.EPOCH)), 1, index);
        Command add = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
        Committed first = applier.apply(entry("wish", add), 1, ++index);
        for (int i = 0; i <= AppliedRequests.OPERATORS_MAX; i++) {
            Verdict verdict = new Verdict(i % 2 == 1, Instant.EPOCH, "flaps");
            applier.apply(
                    entry(
                            "v" + i,
                            new Command.RecordVerdict(
                                    PoolName.DEFAULT, new OriginId("a:1"), 2, verdict, null, Instant.EPOCH)),
                    1,
                    ++index);
        }
        assertThat(applier.apply(entry("wish", add), 1, ++index)).isEqualTo(first);
        assertThat(restored(applier, index).apply(entry("wish", add), 1, index + 1))
                .isEqualTo(first);
        assertThat(applier.snapshot(1, index).requests().clusters()).hasSize(AppliedRequests.CLUSTERS_MAX);
        assertThat(applier.state().history())
                .filteredOn(change -> change.kind() == Change.Kind.ORIGIN_ADDED)
                .hasSize(1);
    }

    /** It was still on its way when its leader was deposed, and got into the log of the next one. */
    @Test
    void aVerdictOfAnotherTermIsRefused() throws Exception {
        Applier applier = Applier.initial();
        applier.apply(entry("raise", new Command.RaiseClusterVersion(ClusterVersion.FENCED, Instant.EPOCH)), 3, 1);
        Command add = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
        applier.apply(entry("add", add), 3, 2);
        Verdict down = new Verdict(false, Instant.EPOCH, "refused");
        Command verdict = new Command.RecordVerdict(PoolName.DEFAULT, new OriginId("a:1"), 2, down, 3L, Instant.EPOCH);
        assertThat(applier.apply(entry("late", verdict), 4, 3).outcome())
                .isEqualTo(new Outcome.Refused(
                        Outcome.Refusal.PRECONDITION_FAILED, "the verdict was reached in term 3 (expected: term 4)"));
        assertThat(applier.apply(entry("in-time", verdict), 3, 4).outcome()).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void whatIsNotKnownIsNotApplied() {
        Applier applier = Applier.initial();
        Random random = new Random(7);
        for (int i = 1; i < 500; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThatThrownBy(() -> applier.apply(ByteBuffer.wrap(noise), 1, 1))
                    .isInstanceOf(UndecodableException.class);
        }
        assertThat(applier.state()).isSameAs(ClusterState.INITIAL);
    }

    /** A leader with other limits decides for all: what was checked is in the entry. */
    @Test
    void theLimitsOfTheLeaderThatAdmittedItHold() throws Exception {
        Applier applier = Applier.initial();
        Limits two = new Limits(2, 16);
        for (int i = 1; i <= 3; i++) {
            Command add = new Command.AddOrigin(
                    PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:" + i)), false, Instant.EPOCH);
            LogEntry write = new LogEntry.Write(new RequestId("r" + i), add, two, null);
            Outcome outcome = applier.apply(
                            ByteBuffer.wrap(EntryCodec.encode(write).toByteArray()), 1, i)
                    .outcome();
            assertThat(outcome).isInstanceOf(i <= 2 ? Outcome.Accepted.class : Outcome.Refused.class);
        }
        Command third = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:3")), false, Instant.EPOCH);
        assertThat(applier.apply(entry("r4", third), 1, 4).outcome()).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void aBarrierChangesNothing() throws Exception {
        Applier applier = Applier.initial();
        byte[] barrier = EntryCodec.encode(new LogEntry.Barrier()).toByteArray();
        Committed committed = applier.apply(ByteBuffer.wrap(barrier), 1, 5);
        assertThat(committed.index()).isEqualTo(5);
        assertThat(applier.state()).isSameAs(ClusterState.INITIAL);
        assertThat(applier.snapshot(1, 5).requests().operators()).isEmpty();
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
            Committed one = straight.apply(log.get(i).duplicate(), 1, index);
            Committed other = interrupted.apply(log.get(i).duplicate(), 1, index);
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
        return new Member(new MemberId("n1"), here, here, here, here, "test", ClusterVersion.SUPPORTED);
    }
}
