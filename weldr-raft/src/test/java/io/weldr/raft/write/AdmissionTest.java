package io.weldr.raft.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.state.OriginSpec;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.raft.codec.EntryCodec;
import io.weldr.raft.codec.LogEntry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Limits FEW = new Limits(5, 3);

    private final ClusterState first = ClusterState.INITIAL;
    private final ClusterState raised = first.apply(
                    new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, Instant.EPOCH), 1)
            .next();

    private static LogProto.Entry entry(Command command) {
        return EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), command));
    }

    private static Command add() {
        return new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
    }

    @Test
    void theLeaderWritesItsLimitsOnceAllMembersKnowThem() throws Exception {
        LogProto.Entry admitted = new Admission(FEW).admit(entry(add()), true, raised);
        assertThat(((LogEntry.Write) EntryCodec.decode(admitted)).limits()).isEqualTo(FEW);
        assertThat(new Admission(FEW).admit(entry(add()), true, first).hasLimits())
                .isFalse();
    }

    @Test
    void limitsThatSomebodyElsePutIntoTheEntryDoNotHold() {
        LogProto.Entry claimed = EntryCodec.withLimits(entry(add()), new Limits(1_000_000, 1_000_000));
        assertThat(Admission.CURRENT.admit(claimed, true, raised).hasLimits()).isFalse();
        assertThat(Admission.CURRENT.admit(claimed, true, first).hasLimits()).isFalse();
    }

    @Test
    void onlyTheLeaderItselfRaisesTheClusterVersion() {
        LogProto.Entry raise = entry(new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, Instant.EPOCH));
        assertThat(Admission.CURRENT.admit(raise, false, first)).isEqualTo(raise);
        assertThatThrownBy(() -> Admission.CURRENT.admit(raise, true, first))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    @Test
    void anEntryWithoutACommandIsRefused() {
        assertThatThrownBy(() -> Admission.CURRENT.admit(LogProto.Entry.getDefaultInstance(), true, first))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("neither a command nor a barrier");
    }
}
