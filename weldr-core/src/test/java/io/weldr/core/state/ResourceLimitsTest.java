package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.route.Route;
import io.weldr.core.route.TestRoutes;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How large resources may make the state, and what is kept of those that are refused. */
class ResourceLimitsTest extends AppliedCommands {
    /** What became of thousands of commands is kept, in memory and in every snapshot. */
    @Test
    void aRefusalDoesNotNameHundredsOfPools() {
        state = state.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, NOW), ++index)
                .next();
        for (int i = 0; i < 200; i++) {
            PoolName name = new PoolName("a-name-as-long-as-it-may-be-".concat("x".repeat(30)) + i);
            apply(new Command.PutPool(name, HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.ABSENT, NOW));
        }
        PoolName nowhere = new PoolName("nowhere");
        for (Command command : List.of(
                new Command.RemovePool(nowhere, null, NOW),
                new Command.AddOrigin(nowhere, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW))) {
            Outcome outcome = apply(command);
            refused(outcome, Refusal.NO_SUCH_POOL);
            assertThat(((Refused) outcome).detail()).hasSizeLessThan(1000).endsWith(", …)");
        }
    }

    /** Each listener has a table of all routes that name none. */
    @Test
    void aListenerThatMultipliesTheRoutesBeyondTheLimitIsRefused() {
        state = state.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, NOW), ++index)
                .next();
        Limits limits = new Limits(1024, 16, 256, 4096, 64, 16_384, 10, 256, 1024);
        for (int i = 0; i < 3; i++) {
            Route some = TestRoutes.route("r" + i, ListenerName.DEFAULT, "r" + i + ".test", "/", PoolName.DEFAULT);
            Route everywhere = TestRoutes.everywhere(some);
            accepted0(apply(new Command.PutRoute(everywhere, Condition.NONE, state.routing(), NOW)), Effect.CREATED);
        }
        // 3 on each listener, and the route default on the listener default: 4, 7, 10, 13.
        accepted0(put(listener("a", 1, Listener.Protocol.HTTP), limits), Effect.CREATED);
        accepted0(put(listener("b", 2, Listener.Protocol.HTTP), limits), Effect.CREATED);
        Outcome third = put(listener("c", 3, Listener.Protocol.HTTP), limits);
        refused(third, Refusal.LIMIT_EXCEEDED);
        assertThat(((Refused) third).detail())
                .isEqualTo("with listener c, the routes of all listeners have 13 pairs of host and match "
                        + "(expected: at most 10, by routes that name their listeners, or by fewer hosts)");
        accepted0(put(listener("c", 3, Listener.Protocol.TCP), limits), Effect.CREATED);
        refused(put(listener("c", 3, Listener.Protocol.HTTP), limits), Refusal.LIMIT_EXCEEDED);
        Limits fewer = new Limits(1024, 16, 256, 4096, 64, 16_384, 1, 256, 1024);
        accepted0(put(listener("b", 4, Listener.Protocol.HTTP), fewer), Effect.UPDATED);
    }

    private Outcome put(Listener listener, Limits limits) {
        Transition transition = state.apply(new Command.PutListener(listener, Condition.NONE, NOW), ++index, limits);
        state = transition.next();
        return transition.outcome();
    }

    private static Listener listener(String name, int port, Listener.Protocol protocol) {
        return Listener.named(new ListenerName(name))
                .protocol(protocol)
                .address(HostPort.parse("127.0.0.1:" + port))
                .pool(protocol == Listener.Protocol.TCP ? PoolName.DEFAULT : null)
                .build();
    }
}
