package io.weldr.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.weldr.codec.SnapshotCodec.Requests;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Committed;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Limits;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Transition;
import io.weldr.proto.raft.v1.LogProto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsWrittenIsReadBack(long seed) throws Exception {
        Samples samples = new Samples(seed);
        ClusterState state = ClusterState.INITIAL;
        Map<String, Committed> operators = new LinkedHashMap<>();
        Map<String, Committed> clusters = new LinkedHashMap<>();
        for (int index = 1; index <= 400; index++) {
            Command command = samples.command();
            LogEntry.Write entry =
                    new LogEntry.Write(new RequestId("r" + index), command, samples.limits(), samples.attribution());
            byte[] bytes = EntryCodec.encode(entry).toByteArray();
            assertThat(EntryCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(entry);

            Transition transition = state.apply(command, index, entry.limits(), entry.by());
            state = transition.next();
            Committed committed = new Committed(index, transition.outcome());
            ByteBuffer answer = ByteBuffer.wrap(CommittedCodec.encode(committed).toByteArray());
            assertThat(CommittedCodec.decode(answer)).isEqualTo(committed);
            (command.byOperator() ? operators : clusters).put("r" + index, committed);
        }
        assertThat(state.defaultPool().origins()).isNotEmpty();
        assertThat(state.members()).isNotEmpty();

        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SnapshotCodec.write(new Snapshot(7, 400, state, new Requests(operators, clusters)), file);
        Snapshot read = SnapshotCodec.read(new ByteArrayInputStream(file.toByteArray()));
        assertThat(read.state()).isEqualTo(state);
        assertThat(read.requests()).isEqualTo(new Requests(operators, clusters));
        assertThat(read.requests().operators().keySet()).containsExactlyElementsOf(operators.keySet());
        assertThat(read.requests().clusters().keySet()).containsExactlyElementsOf(clusters.keySet());
        assertThat(read.term()).isEqualTo(7);
        assertThat(read.index()).isEqualTo(400);
    }

    /** Whatever a state holds of certificates is in its snapshot. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void certificatesAreReadBackFromASnapshot(long seed) throws Exception {
        Random random = new Random(seed);
        CertificateSamples samples = new CertificateSamples(random);
        ClusterState state = ClusterState.INITIAL
                .apply(new Command.RaiseClusterVersion(ClusterVersion.TLS, Instant.EPOCH), 1)
                .next();
        for (int index = 2; index <= 400; index++) {
            state = state.apply(samples.command(Condition.NONE, Instant.EPOCH), index)
                    .next();
            for (Certificate each : state.certificates().values()) { // orders and what is issued speak of the latest
                long written = each.stamp().modified();
                AcmeOrder order = random.nextBoolean()
                        ? null
                        : new AcmeOrder("https://a/1", Sealed.of(new byte[] {1}), List.of(), 0, Instant.EPOCH, null);
                index++;
                state = state.apply(new Command.RecordAcmeOrder(each.name(), written, order, Instant.EPOCH), index)
                        .next();
            }
        }
        assertThat(state.certificates()).isNotEmpty();
        assertThat(state.accounts()).isNotEmpty();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SnapshotCodec.write(new Snapshot(7, 800, state, new Requests(Map.of(), Map.of())), file);
        assertThat(SnapshotCodec.read(new ByteArrayInputStream(file.toByteArray()))
                        .state())
                .isEqualTo(state);
    }

    /** Members of version 2 stop at a field that they do not know. */
    @Test
    void theLimitOfCertificatesIsWrittenOnlyIfItIsNotTheInitialOne() {
        Command add = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
        LogProto.Entry few = EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), add, new Limits(5, 3), null));
        assertThat(few.getLimits().hasCertificatesMax()).isFalse();
        Limits other = new Limits(1024, 16, 256, 4096, 64, 16_384, 262_144, 300, 1024);
        LogProto.Entry more = EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), add, other, null));
        assertThat(more.getLimits().getCertificatesMax()).isEqualTo(300);
        assertThat(more.getLimits().hasTokensMax()).isFalse(); // members of version 4 stop at it
        Limits tokens = new Limits(1024, 16, 256, 4096, 64, 16_384, 262_144, 256, 7);
        assertThat(EntryCodec.withLimits(more, tokens).getLimits().getTokensMax())
                .isEqualTo(7);
    }

    /** Members of version 4 stop at the field that says who asked for it. */
    @Test
    void whoAskedForItLeavesAnEntryAndStaysWithAnotherCommand() throws Exception {
        Command add = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
        Attribution by = new Attribution(Actor.LOCAL, "127.0.0.1:4711", "release 7");
        LogProto.Entry entry = EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), add, by));
        assertThat(EntryCodec.decode(EntryCodec.withoutAttribution(entry)))
                .isEqualTo(new LogEntry.Write(new RequestId("r1"), add));
        assertThat(EntryCodec.decode(EntryCodec.withCommand(entry, add)))
                .isEqualTo(new LogEntry.Write(new RequestId("r1"), add, by));
    }

    @Test
    void aBarrierIsReadBack() throws Exception {
        byte[] bytes = EntryCodec.encode(new LogEntry.Barrier()).toByteArray();
        assertThat(EntryCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(new LogEntry.Barrier());
    }

    @Test
    void anEntryOfNoKindIsRefusedByName() {
        LogProto.Entry empty = LogProto.Entry.newBuilder()
                .setRequestId("r1")
                .setCommand(LogProto.Command.getDefaultInstance())
                .build();
        assertRefused(empty, "log entry: a command of no kind");
        assertRefused(LogProto.Entry.getDefaultInstance(), "log entry: neither a command nor a barrier");
    }

    /** A field or kind of command that a newer version added, wherever it is. */
    @Test
    void fieldsOfANewerVersionAreRefusedByName() {
        LogProto.Entry plain = EntryCodec.encode(new LogEntry.Write(
                new RequestId("r1"),
                new Command.AddOrigin(
                        PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH)));
        UnknownFieldSet added = UnknownFieldSet.newBuilder()
                .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        LogProto.Command command = plain.getCommand();
        LogProto.AddOrigin add = command.getAddOrigin();
        assertRefused(plain.toBuilder().setUnknownFields(added).build(), "Entry has field 77");
        assertRefused(
                plain.toBuilder()
                        .setCommand(LogProto.Command.newBuilder()
                                .setAt(command.getAt())
                                .setUnknownFields(added))
                        .build(),
                "Command has field 77");
        assertRefused(
                plain.toBuilder()
                        .setCommand(command.toBuilder()
                                .setAddOrigin(add.toBuilder()
                                        .setSpec(add.getSpec().toBuilder().setUnknownFields(added))))
                        .build(),
                "OriginSpec has field 77");
    }

    @Test
    void valuesOfANewerVersionAreRefusedByName() {
        LogProto.Command.Builder host = LogProto.Command.newBuilder()
                .setAddOrigin(LogProto.AddOrigin.newBuilder()
                        .setPool("default")
                        .setSpec(LogProto.OriginSpec.newBuilder()
                                .setUrl("http://127.0.0.1:9000")
                                .setHostPolicyValue(9)));
        assertRefused(
                LogProto.Entry.newBuilder().setRequestId("r1").setCommand(host).build(),
                "OriginSpec has host_policy 9, which this version of weldr does not know");
        LogProto.Command.Builder raise = LogProto.Command.newBuilder()
                .setRaiseClusterVersion(
                        LogProto.RaiseClusterVersion.newBuilder().setVersion(1000));
        assertRefused(
                LogProto.Entry.newBuilder().setRequestId("r1").setCommand(raise).build(),
                "cluster version: \"1000\" (expected: at most " + ClusterVersion.SUPPORTED
                        + ", the newest that this program supports)");
    }

    private static void assertRefused(LogProto.Entry entry, String why) {
        assertThatThrownBy(() -> EntryCodec.decode(ByteBuffer.wrap(entry.toByteArray())))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining(why)
                .matches(failure -> ((UndecodableException) failure).wellFormed());
    }

    @Test
    void aSnapshotOfANewerVersionIsToldFromADamagedOne() throws Exception {
        LogProto.Snapshot newer = LogProto.Snapshot.newBuilder()
                .setState(LogProto.ClusterState.newBuilder().setVersion(1000))
                .build();
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(newer.toByteArray())))
                .isInstanceOf(UndecodableException.class)
                .matches(failure -> ((UndecodableException) failure).wellFormed());
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(new byte[] {1, 2, 3})))
                .isInstanceOf(UndecodableException.class)
                .matches(failure -> !((UndecodableException) failure).wellFormed());
    }

    @Test
    void valuesBeyondALimitAreRefused() {
        LogProto.Entry heavy = LogProto.Entry.newBuilder()
                .setRequestId("r1")
                .setCommand(LogProto.Command.newBuilder()
                        .setAddOrigin(LogProto.AddOrigin.newBuilder()
                                .setPool("default")
                                .setSpec(LogProto.OriginSpec.newBuilder()
                                        .setUrl("http://127.0.0.1:9000")
                                        .setWeight(101))))
                .build();
        assertThatThrownBy(() -> EntryCodec.decode(heavy))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("weight: 101 (expected: between 0 and 100)");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void damagedBytesAreRefusedAndNothingElse(long seed) {
        Random random = new Random(seed);
        Samples samples = new Samples(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = EntryCodec.encode(new LogEntry.Write(new RequestId("r"), samples.command()))
                    .toByteArray();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                EntryCodec.decode(ByteBuffer.wrap(bytes));
            } catch (UndecodableException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
