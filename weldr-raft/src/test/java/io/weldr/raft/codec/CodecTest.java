package io.weldr.raft.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.port.Committed;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Transition;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.raft.codec.SnapshotCodec.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
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
        Map<String, Committed> requests = new LinkedHashMap<>();
        for (int index = 1; index <= 400; index++) {
            Command command = samples.command();
            LogEntry entry = new LogEntry.Write(new RequestId("r" + index), command);
            byte[] bytes = EntryCodec.encode(entry).toByteArray();
            assertThat(EntryCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(entry);

            Transition transition = state.apply(command, index);
            state = transition.next();
            Committed committed = new Committed(index, transition.outcome());
            ByteBuffer answer = ByteBuffer.wrap(CommittedCodec.encode(committed).toByteArray());
            assertThat(CommittedCodec.decode(answer)).isEqualTo(committed);
            requests.put("r" + index, committed);
        }
        assertThat(state.defaultPool().origins()).isNotEmpty();
        assertThat(state.members()).isNotEmpty();

        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SnapshotCodec.write(new Snapshot(7, 400, state, requests), file);
        Snapshot read = SnapshotCodec.read(new ByteArrayInputStream(file.toByteArray()));
        assertThat(read.state()).isEqualTo(state);
        assertThat(read.requests()).isEqualTo(requests);
        assertThat(read.requests().keySet()).containsExactlyElementsOf(requests.keySet());
        assertThat(read.term()).isEqualTo(7);
        assertThat(read.index()).isEqualTo(400);
    }

    @Test
    void aBarrierIsReadBack() throws Exception {
        byte[] bytes = EntryCodec.encode(new LogEntry.Barrier()).toByteArray();
        assertThat(EntryCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(new LogEntry.Barrier());
    }

    @Test
    void bytesOfANewerVersionAreRefusedByName() {
        LogProto.Entry unknown = LogProto.Entry.newBuilder()
                .setRequestId("r1")
                .setCommand(LogProto.Command.getDefaultInstance())
                .build();
        assertThatThrownBy(() -> EntryCodec.decode(unknown))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("a kind of command that this version does not know");
        assertThatThrownBy(() -> EntryCodec.decode(LogProto.Entry.getDefaultInstance()))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("a kind of entry that this version does not know");
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
