package io.weldr.raft;

import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Clock;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises the cluster version, on the leader, once every voter has announced that it supports a newer one. Confined to
 * the timer's thread, but for {@link #close}.
 */
final class VersionRaise implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VersionRaise.class);

    private static final long LOOK_EVERY_MILLIS = 1000;

    private final CommandGateway gateway;
    private final Supplier<ClusterState> state;
    /** What this node sees while it acts as leader; null otherwise. */
    private final Supplier<@Nullable NodeView> acting;
    /** What each voter said when it was asked. */
    private final Function<RaftId, ClusterVersion> said;

    private final Clock clock = Clock.systemUTC();
    private volatile boolean underWay;
    private volatile boolean closed;
    private Published.@Nullable Subscription subscription;

    VersionRaise(
            CommandGateway gateway,
            Supplier<ClusterState> state,
            Supplier<@Nullable NodeView> acting,
            Function<RaftId, ClusterVersion> said) {
        this.gateway = gateway;
        this.state = state;
        this.acting = acting;
        this.said = said;
    }

    /**
     * Looks each time when members have announced something, because operators of a new cluster come at once, and once
     * a second for all else.
     */
    void start(ScheduledExecutorService timer, Published<ClusterState> states) {
        var unused =
                timer.scheduleWithFixedDelay(this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        subscription = states.subscribe(new Consumer<>() {
            private SortedMap<MemberId, Member> seen = new TreeMap<>();

            @Override
            @SuppressWarnings("ReferenceEquality") // a change of anything else leaves the map as it is
            public void accept(ClusterState next) {
                if (next.members() != seen && !next.version().atLeast(ClusterVersion.SUPPORTED)) {
                    timer.execute(VersionRaise.this::look);
                }
                seen = next.members();
            }
        });
    }

    private void look() {
        try {
            raiseIfPossible();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("Raising the cluster version failed", e); // and looks again
        }
    }

    private void raiseIfPossible() {
        NodeView view = acting.get();
        if (closed || underWay || view == null) {
            return;
        }
        ClusterState now = state.get();
        ClusterVersion next = possible(view, now, said);
        if (now.version().atLeast(next)) {
            return;
        }
        underWay = true;
        gateway.submit(
                        new RequestId("cluster-version-" + next + "-" + UUID.randomUUID()),
                        new Command.RaiseClusterVersion(next, clock.instant()))
                .whenComplete((committed, failure) -> {
                    underWay = false;
                    if (failure != null) {
                        LOG.debug("The cluster version is not raised yet: {}", failure.toString());
                    }
                });
    }

    /**
     * The newest version that this program and every voter supports, as they have announced it or said when they were
     * asked. A member that ran a program from before there were versions has not kept what the others announced, and
     * leads by what they say. While the voters change, the present version: those that come and those that go both have
     * to understand the log.
     */
    static ClusterVersion possible(NodeView view, ClusterState state, Function<RaftId, ClusterVersion> said) {
        if (!view.settled()) {
            return state.version();
        }
        ClusterVersion least = ClusterVersion.SUPPORTED;
        for (Seat voter : view.members()) {
            Member announced = state.members().get(voter.id().member());
            if (announced == null) {
                return state.version();
            }
            ClusterVersion supports = newer(announced.supports(), said.apply(voter.id()));
            least = supports.atLeast(least) ? least : supports;
        }
        return least;
    }

    private static ClusterVersion newer(ClusterVersion one, ClusterVersion other) {
        return one.atLeast(other) ? one : other;
    }

    @Override
    public void close() {
        closed = true;
        if (subscription != null) {
            subscription.close();
        }
    }
}
