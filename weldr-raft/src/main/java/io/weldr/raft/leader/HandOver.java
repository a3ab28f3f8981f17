package io.weldr.raft.leader;

import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.ChangeException;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leadership to another member. No change is taken until the heir has the whole log, so whoever lacks least of it
 * is the best. Any thread.
 */
public final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    /** How long it may take in all, before the node goes without it. */
    private static final Duration TIMEOUT = Duration.ofMillis(1500);

    /** One heir has this long; changes wait meanwhile. */
    private static final Duration ATTEMPT = Duration.ofMillis(400);

    private static final long PAUSE_MILLIS = 50;

    /** Ten times what an election and an entry take. */
    private static final Duration SETTLING_MAX = Duration.ofMillis(500);

    private static final long LOOK_MILLIS = 10;

    private final Supplier<@Nullable RatisNode> node;
    private final long silenceMaxMillis;

    /** The last term whose leadership this node gave away, or tried to; 0: none. */
    private volatile long termGivenAway;

    /** {@code silenceMax}: who has not answered for longer is no heir. */
    public HandOver(Supplier<@Nullable RatisNode> node, Duration silenceMax) {
        this.node = node;
        this.silenceMaxMillis = silenceMax.toMillis();
    }

    /**
     * Hands over to one after the other, if this node leads, until one takes it. Blocks for some two seconds at most,
     * and as long as another one who does so.
     *
     * @param butLast gets it only if none of the others takes it; null: nobody
     * @return whether this node leads no more
     */
    public synchronized boolean toWhoeverLacksLeast(@Nullable RaftId butLast) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        for (int attempt = 0; ; attempt++) {
            RatisNode open = node.get();
            NodeView view = leading(open);
            if (open == null || view == null) {
                return true;
            }
            List<RaftId> heirs = heirs(view, open.acknowledged(), silenceMaxMillis, butLast);
            if (heirs.isEmpty() || System.nanoTime() - deadline > 0) {
                return false; // alone, or nobody answers
            }
            RaftId heir = heirs.get(attempt % heirs.size());
            termGivenAway = view.term(); // an attempt that fails may come true late
            try {
                open.transfer(heir, ATTEMPT).get(ATTEMPT.toMillis() + PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                return true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.info("Leadership was not handed over to {}: {}", heir.member(), why(e));
                LOG.debug("Leadership was not handed over", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS)); // another change may be under way
        }
    }

    private static String why(Exception e) {
        if (e.getCause() instanceof ChangeException refused) {
            return switch (refused.kind()) {
                case NOT_LEADER -> "this node does not lead any more";
                case UNDER_WAY -> "another change is under way";
                case NOT_CAUGHT_UP, REFUSED, UNKNOWN -> "it did not take over: " + refused.getMessage();
            };
        }
        return "no answer in " + (ATTEMPT.toMillis() + PAUSE_MILLIS) + " ms";
    }

    /**
     * Waits, after {@link #toWhoeverLacksLeast} and before this node closes, until the others do without it: until its
     * heir has committed an entry of its own term, and all of them know. The heir needs a majority for that entry, in
     * which a voter that closes is missing; and where they share a processor, one that closes takes it from the heir
     * while changes wait. Blocks for half a second at most, which it takes if one of the others does not answer;
     * returns at once if this node gave nothing away.
     */
    public void awaitSettled() {
        long deadline = System.nanoTime() + SETTLING_MAX.toNanos();
        while (termGivenAway > 0 && System.nanoTime() - deadline < 0) {
            RatisNode open = node.get();
            NodeView view = open == null ? null : open.view();
            if (open == null || view == null || view.role() == NodeView.Role.LEADER) {
                return; // nobody took it
            }
            if (settled(view, index -> open.term(index) > termGivenAway)) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    /**
     * Whether each of the other voters is known to have committed an entry of the heir's.
     *
     * @param ofHeir whether the entry at an index is of a later term than the one that was given away
     */
    static boolean settled(NodeView view, LongPredicate ofHeir) {
        return view.voters().stream()
                .filter(seat -> !seat.id().equals(view.self()))
                .mapToLong(seat -> view.commits().getOrDefault(seat.id(), -1L))
                .allMatch(ofHeir);
    }

    /**
     * Hands over to {@code heir}, if this node leads. Returns at once; completes within some two seconds.
     *
     * @return whether this node leads no more; fails with the reason if it still does
     */
    public CompletionStage<Boolean> to(MemberId heir) {
        RatisNode open = node.get();
        NodeView view = leading(open);
        if (open == null || view == null) {
            return CompletableFuture.completedFuture(true);
        }
        Seat seat = view.seat(heir);
        return seat == null || seat.learner()
                ? CompletableFuture.failedFuture(new IOException(heir + " is no voter"))
                : open.transfer(seat.id(), TIMEOUT).thenApply(done -> true);
    }

    private static @Nullable NodeView leading(@Nullable RatisNode open) {
        NodeView view = open == null ? null : open.view();
        return view != null && view.role() == NodeView.Role.LEADER ? view : null;
    }

    /** Those who answer and are to lead rather than others, the best first. */
    static List<RaftId> heirs(
            NodeView view, Map<RaftId, Long> acknowledged, long silenceMaxMillis, @Nullable RaftId butLast) {
        int highest = view.voters().stream().mapToInt(Seat::priority).max().orElse(Seat.LOW);
        return view.voters().stream()
                .filter(seat -> !seat.id().equals(view.self()) && seat.priority() == highest)
                .map(Seat::id)
                .filter(id -> silent(view, id) < silenceMaxMillis)
                .sorted(Comparator.<RaftId, Boolean>comparing(id -> id.equals(butLast))
                        .thenComparing(bestFirst(view, acknowledged)))
                .toList();
    }

    /** Whoever has acknowledged most of the log first; of equals whoever answered last. */
    public static Comparator<RaftId> bestFirst(NodeView view, Map<RaftId, Long> acknowledged) {
        return Comparator.<RaftId>comparingLong(id -> -acknowledged.getOrDefault(id, -1L))
                .thenComparingLong(id -> silent(view, id));
    }

    private static long silent(NodeView view, RaftId id) {
        return view.silentMillis().getOrDefault(id, Long.MAX_VALUE);
    }
}
