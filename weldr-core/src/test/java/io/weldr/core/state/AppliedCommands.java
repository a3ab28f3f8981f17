package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.time.Instant;

/** What tests of the state share: a state that commands are applied to, one index after another. */
abstract class AppliedCommands {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    ClusterState state = ClusterState.INITIAL;
    long index;

    Outcome raise() {
        return apply(new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, NOW));
    }

    Outcome add(String url) {
        return add(OriginSpec.of(OriginUrl.parse(url)));
    }

    Outcome add(OriginSpec spec) {
        return apply(new Command.AddOrigin(PoolName.DEFAULT, spec, false, NOW));
    }

    Outcome remove(String address) {
        return apply(new Command.RemoveOrigin(
                PoolName.DEFAULT, new OriginRef.ByAddress(HostPort.parse(address)), null, NOW));
    }

    Outcome update(Origin origin, OriginPatch patch) {
        return apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), patch, null, NOW));
    }

    Outcome verdict(Origin origin, boolean up) {
        return apply(new Command.RecordVerdict(
                PoolName.DEFAULT, origin.id(), origin.generation(), new Verdict(up, NOW, "probe"), null, NOW));
    }

    Outcome apply(Command command) {
        Transition transition = state.apply(command, ++index);
        state = transition.next();
        return transition.outcome();
    }

    static OriginRef ref(Origin origin) {
        return new OriginRef.ById(origin.id());
    }

    static Member member(String id, int port) {
        HostPort address = new HostPort("127.0.0.1", port);
        return new Member(new MemberId(id), address, address, address, address, "test", ClusterVersion.SUPPORTED);
    }

    static void accepted0(Outcome outcome, Effect effect) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.effect()).isEqualTo(effect));
    }

    static Origin accepted(Outcome outcome, Effect effect) {
        accepted0(outcome, effect);
        Origin origin = ((Accepted) outcome).origin();
        assertThat(origin).isNotNull();
        return java.util.Objects.requireNonNull(origin);
    }

    static void refused(Outcome outcome, Refusal refusal) {
        assertThat(outcome).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(refusal);
            assertThat(refused.detail()).isNotBlank();
        });
    }
}
