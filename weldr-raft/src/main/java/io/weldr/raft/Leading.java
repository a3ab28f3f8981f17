package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.client.Leadership;
import io.weldr.raft.leader.LeaderProof;
import io.weldr.raft.leader.Watchdog;
import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who leads, and whether this node may act as leader: the one place that says so. Raft's own word is not enough, see
 * {@link LeaderProof}. Any thread; answers from memory.
 */
final class Leading {
    private final MemberId self;
    private final ConsensusPart consensus;
    private final Watchdog watchdog;
    /** Why this node takes no part any more, for people; gives null while it does. */
    private final Supplier<@Nullable String> ended;

    private final long createdNanos = System.nanoTime();

    Leading(MemberId self, ConsensusPart consensus, Watchdog watchdog, Supplier<@Nullable String> ended) {
        this.self = self;
        this.consensus = consensus;
        this.watchdog = watchdog;
        this.ended = ended;
    }

    /** What was seen last. */
    Moment moment() {
        return watchdog.moment();
    }

    /** Whether this node may act as leader right now. */
    boolean acts() {
        return watchdog.acting();
    }

    /** What this node sees while it acts as leader; null while it does not. */
    @Nullable NodeView actingView() {
        return acts() ? moment().view() : null;
    }

    /** When this node last heard of a leader, or came to be. */
    long leaderHeardNanos() {
        Long heard = watchdog.moment().leaderHeardNanos();
        return heard == null ? createdNanos : heard;
    }

    /** For whoever has something for the leader. */
    Leadership leadership() {
        String end = ended.get();
        if (end != null) {
            return new Leadership(false, null, null, Duration.ZERO, end);
        }
        if (consensus.node() == null) {
            String why = consensus.trouble();
            return new Leadership(
                    false, null, null, Duration.ZERO, why != null ? why : "the consensus part is not open");
        }
        Moment moment = watchdog.moment();
        NodeView view = moment.view();
        if (moment.hasLeader(self)) {
            return new Leadership(
                    watchdog.writable(),
                    view == null ? null : view.leadingMember(),
                    leaderAddress(view),
                    Duration.ZERO,
                    null);
        }
        return new Leadership(
                false,
                view == null ? null : view.leadingMember(),
                leaderAddress(view),
                Duration.ofNanos(Math.max(0, System.nanoTime() - leaderHeardNanos())),
                null);
    }

    private static @Nullable HostPort leaderAddress(@Nullable NodeView view) {
        MemberId leader = view == null ? null : view.leadingMember();
        Seat seat = view == null || leader == null ? null : view.seat(leader);
        return seat == null ? null : seat.address();
    }
}
