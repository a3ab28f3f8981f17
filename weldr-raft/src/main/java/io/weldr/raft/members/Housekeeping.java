package io.weldr.raft.members;

import io.weldr.core.Check;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings.DeadMembers;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a leader does for the members without being asked. Confined to one thread; never blocks. */
public final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    /** A dead member that could not be removed is not tried again at once. */
    private static final long DEAD_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A member that answered is asked again after this time. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final @Nullable DeadMembers deadMembers;
    private final Supplier<ClusterState> state;
    private final BooleanSupplier acting;
    private final Consumer<MemberId> retire;
    private final Changes changes;
    /** Those that are silent to Raft, but answered, and when. */
    private final Map<RaftId, Long> answeredNanos = new ConcurrentHashMap<>(); // of members alone

    private Set<MemberId> strangers = Set.of();
    private long deadNanos = System.nanoTime() - DEAD_AGAIN_NANOS;

    /**
     * @param deadMembers when dead members are removed; null: never
     * @param acting whether this node acts as leader
     * @param retire has the state forget a member
     */
    public Housekeeping(
            @Nullable DeadMembers deadMembers,
            Supplier<ClusterState> state,
            BooleanSupplier acting,
            Consumer<MemberId> retire,
            Changes changes) {
        this.deadMembers = deadMembers;
        this.state = state;
        this.acting = acting;
        this.retire = retire;
        this.changes = changes;
    }

    /**
     * Puts right, on the leader, what no request does: has the state forget those that are no members any more, removes
     * those that are dead if it is set to, and gives witnesses a lower priority than the others. To be called about once
     * a second.
     */
    public void tidyUp() {
        NodeView view = changes.leading();
        if (view == null || !view.settled() || changes.underWay() != null) {
            strangers = Set.of();
            return;
        }
        Set<MemberId> gone = new HashSet<>();
        Set<MemberId> witnesses = new HashSet<>();
        state.get().members().forEach((id, member) -> {
            if (view.seat(id) == null) {
                gone.add(id);
            } else if (member.witness()) {
                witnesses.add(id);
            }
        });
        gone.stream().filter(strangers::contains).forEach(retire);
        strangers = gone;
        if (removesDead(view)) {
            return;
        }
        Plan plan = Plan.withPriorities(view.members(), state.get().members().keySet(), witnesses);
        if (!plan.changesNothing()) {
            var unused =
                    changes.order(plan).whenComplete((result, failure) -> LOG.debug("{}: {}", plan, result, failure));
        }
    }

    /** Whether a removal began, or the member is being asked. */
    private boolean removesDead(NodeView view) {
        DeadMembers policy = deadMembers;
        long now = System.nanoTime();
        answeredNanos.keySet().retainAll(view.members().stream().map(Seat::id).toList());
        answeredNanos.values().removeIf(at -> now - at >= ASK_AGAIN_NANOS);
        Seat dead = policy == null ? null : DeadMember.find(view, policy, answeredNanos.keySet());
        if (policy == null || dead == null || !acting.getAsBoolean() || now - deadNanos < DEAD_AGAIN_NANOS) {
            return false;
        }
        deadNanos = now;
        MemberId id = dead.id().member();
        CompletableFuture<@Nullable Result> removal = changes.answers(dead).thenCompose(answers -> {
            if (answers) {
                answeredNanos.put(dead.id(), System.nanoTime());
                LOG.warn("{} is silent to Raft, but answers: not removing it (remove-dead-after)", id);
                return CompletableFuture.completedFuture(null);
            }
            LOG.warn(
                    "Nothing was heard from {} for {}: removing it (remove-dead-after)",
                    id,
                    Check.text(policy.after()));
            return changes.remove(id, null, null).thenApply(result -> result);
        });
        var unused = removal.whenComplete((result, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "{} was not removed: {}",
                        id,
                        RefusedException.cause(failure).getMessage());
            } else if (result instanceof Result.Refused refused) {
                LOG.warn("{} was not removed: {}", id, refused.detail());
            }
        });
        return true;
    }
}
