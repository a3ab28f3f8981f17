package io.weldr.raft.leader;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the leader's successor elected sooner than Raft alone would. Raft waits for a random time after the last
 * heartbeat, twice, and a candidate that turns out to have the shorter log has wasted a round. But the kernel closes
 * the connections of a dead process within milliseconds, and then refuses new ones at its port; and followers can ask
 * each other. So a follower to which the leader seems gone, dead or silent, asks the others. If a majority of the
 * voters, itself included, agrees, they know each other's logs as well: whoever has the most stands at once, the others
 * only if that one does not. Asking first is what Raft's pre-vote is for (Ongaro, 9.6), and as there nobody agrees who
 * still hears the leader.
 */
public final class Succession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    /** A refused connection is refused at once. */
    private static final int PROBE_MILLIS = 100;

    /** The kernel closes one socket of a dying process after the other. */
    private static final int PROBES_MAX = 10;

    private static final long PROBE_EVERY_MILLIS = 10;

    /** The others notice within milliseconds of each other. */
    private static final int ROUNDS_MAX = 20;

    private static final long ROUND_EVERY_MILLIS = 15;
    /** Whoever is not dead itself answers from memory. */
    private static final long ANSWER_MILLIS = 60;

    /** An election that follows a death is over by then, and the process may be there again. */
    private static final Duration DEATH_COUNTS = Duration.ofSeconds(5);

    private static final long LOOK_AGAIN_MILLIS = 1000;

    /**
     * The first in line has to be heard of by then: two nodes that stand at once both lose, which costs a whole
     * timeout. Its request for votes takes 20 ms once its code has run, and 0.1 to 0.3 s the first time, on two busy
     * cores. A longer turn costs time only if the first in line agreed that the leader is gone, and then does not
     * stand.
     */
    private static final long TURN_MILLIS = 300;

    private final PeerLink link;
    private final ScheduledExecutorService thread;
    private final Supplier<@Nullable RatisNode> node;
    private final Function<HostPort, CompletableFuture<Opinion>> others;
    private final long silenceMillis;
    private final BooleanSupplier resigning;
    private @Nullable Watched watched; // guarded by this
    private volatile @Nullable Suspicion suspicion;
    private volatile @Nullable Death died;
    /** About whom the others are being asked, or were a moment ago. */
    private final AtomicReference<@Nullable Leader> asked = new AtomicReference<>();

    private record Leader(RaftId id, HostPort address, long term) {}

    private record Death(MemberId member, long atNanos) {}

    private record Watched(Leader leader, Runnable end) {}

    /**
     * {@code refused}: its machine closed the connection, and nobody listens at its address any more; else it was
     * silent for too long.
     */
    private record Suspicion(Leader leader, boolean refused) {}

    /**
     * What another voter thinks.
     *
     * @param gone the leader that it follows in that term and that seems gone to it as well; null: none
     * @param last the end of its log; null: it is empty
     */
    public record Opinion(
            RaftId id,
            long term,
            @Nullable RaftId gone,
            @Nullable LastEntry last) {}

    /**
     * @param thread may block for a moment
     * @param others asks the voter at that address
     * @param silence of the leader after which it seems gone
     * @param resigning whether this node is not to lead if another one can
     */
    public Succession(
            PeerLink link,
            ScheduledExecutorService thread,
            Supplier<@Nullable RatisNode> node,
            Function<HostPort, CompletableFuture<Opinion>> others,
            Duration silence,
            BooleanSupplier resigning) {
        this.link = link;
        this.thread = thread;
        this.node = node;
        this.others = others;
        this.silenceMillis = silence.toMillis();
        this.resigning = resigning;
    }

    /** Keeps an eye on whoever leads now. To be called several times in each election timeout; returns at once. */
    public synchronized void follow(@Nullable NodeView now) {
        Leader leader = now == null ? null : leader(now);
        if (watched == null || leader == null || !watched.leader().equals(leader)) {
            if (watched != null) {
                watched.end().run();
                watched = null;
            }
            suspicion = null;
            if (leader != null) {
                watched = new Watched(leader, link.presence(leader.address(), new Presence(leader)));
            }
        }
        if (now != null && leader != null && now.leaderSilentMillis() > silenceMillis) {
            suspect(new Suspicion(leader, false));
        }
    }

    /** The leader that this node follows and that seems gone to it; null if none does. Any thread. */
    public @Nullable RaftId gone() {
        Suspicion now = suspicion;
        return now != null && holds(now, view()) ? now.leader().id() : null;
    }

    /**
     * Whether the process of that member died while this node followed it, {@link #DEATH_COUNTS} ago or less: its
     * machine closed the connection to it, and then refused new ones. A refusal alone may be that of a packet filter.
     * Any thread.
     */
    public boolean died(MemberId member) {
        Death last = died;
        return last != null
                && last.member().equals(member)
                && System.nanoTime() - last.atNanos() < DEATH_COUNTS.toNanos();
    }

    /** Whom this node follows; null if nobody, or if it has no vote to succeed with. */
    private @Nullable Leader leader(NodeView now) {
        RaftId id = now.leader();
        if (now.role() != NodeView.Role.FOLLOWER || id == null || id.equals(now.self()) || !now.votes()) {
            return null;
        }
        return now.voters().stream()
                .filter(voter -> voter.id().equals(id))
                .map(voter -> new Leader(id, voter.address(), now.term()))
                .findFirst()
                .orElse(null);
    }

    private final class Presence implements PeerLink.Presence {
        private final Leader leader;

        Presence(Leader leader) {
            this.leader = leader;
        }

        @Override
        public void ended(boolean closed) {
            LOG.debug("The connection to the leader, {}, ended, closed there: {}", leader.id(), closed);
            if (closed) {
                later(() -> prove(leader, PROBES_MAX), 0);
            } else {
                // As a packet filter does to a leader that lives. If it does not, it is silent soon.
                later(() -> lookAgain(leader), LOOK_AGAIN_MILLIS);
            }
        }

        @Override
        public void failed() {
            // That it cannot be reached from here says little: the way to it may be closed to this node alone.
            later(() -> lookAgain(leader), LOOK_AGAIN_MILLIS);
        }
    }

    private void later(Runnable task, long millis) {
        try {
            var unused = thread.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    private void prove(Leader leader, int probesLeft) {
        if (!stillFollows(leader)) {
            return;
        }
        if (refuses(leader.address())) {
            died = new Death(leader.id().member(), System.nanoTime());
            suspect(new Suspicion(leader, true));
        } else if (probesLeft > 1) {
            later(() -> prove(leader, probesLeft - 1), PROBE_EVERY_MILLIS);
        } else {
            later(() -> lookAgain(leader), LOOK_AGAIN_MILLIS); // it lives; only the connection ended
        }
    }

    private synchronized void lookAgain(Leader leader) {
        if (watched != null && watched.leader().equals(leader)) {
            watched.end().run(); // it may be another connection by now
            watched = null;
        }
    }

    private void suspect(Suspicion found) {
        Leader leader = found.leader();
        Suspicion before = suspicion;
        LOG.debug("The leader, {}, seems gone: {}", leader.id(), found.refused() ? "nobody listens there" : "silent");
        if (before == null || found.refused() || !before.leader().equals(leader)) {
            suspicion = found;
        }
        if (!leader.equals(asked.getAndSet(leader))) {
            later(() -> ask(leader, ROUNDS_MAX), 0);
        }
    }

    private void ask(Leader leader, int roundsLeft) {
        NodeView now = view();
        if (now == null || !suspects(leader, now)) {
            asked.compareAndSet(leader, null);
            return;
        }
        if (roundsLeft == 0) {
            suspicion = null; // the others hear it, or are gone themselves: Raft's own timeout decides
            later(() -> asked.compareAndSet(leader, null), LOOK_AGAIN_MILLIS);
            return;
        }
        List<CompletableFuture<@Nullable Opinion>> answers = now.voters().stream()
                .filter(seat -> !seat.id().equals(now.self()) && !seat.id().equals(leader.id()))
                .map(seat -> others.apply(seat.address())
                        .completeOnTimeout(null, ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                        .exceptionally(failure -> null))
                .toList();
        var unused = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> later(() -> decide(leader, now, answers, roundsLeft), 0));
    }

    private void decide(
            Leader leader, NodeView then, List<CompletableFuture<@Nullable Opinion>> answers, int roundsLeft) {
        List<Opinion> agree = answers.stream()
                .map(CompletableFuture::join)
                .filter(Objects::nonNull)
                .filter(opinion ->
                        opinion.term() == leader.term() && leader.id().equals(opinion.gone()))
                .toList();
        LOG.debug("{} of {} others say that the leader, {}, is gone", agree.size(), answers.size(), leader.id());
        if (2 * (agree.size() + 1) <= then.voters().size()) {
            later(() -> ask(leader, roundsLeft - 1), ROUND_EVERY_MILLIS);
            return;
        }
        RatisNode open = node.get();
        long turn = TURN_MILLIS * place(then, open == null ? null : open.lastEntry(), agree, resigning.getAsBoolean());
        LOG.info("The leader, {}, is gone: standing for election in {} ms", leader.id(), turn);
        later(() -> stand(leader), turn);
    }

    /**
     * How many come before this node: those with more in their logs, which would refuse it their votes, and of equals
     * the first in line.
     *
     * @param resigning it comes after all its equals, and leaves out one turn more: those behind it in the line do not
     *     know, and leave it its own. A witness is no equal: the vote of this node, which it needs, it would not get
     */
    static int place(NodeView now, @Nullable LastEntry mine, List<Opinion> others, boolean resigning) {
        List<RaftId> line = now.voters().stream()
                .sorted(Comparator.comparingInt(Seat::priority).reversed().thenComparing(Seat::id))
                .map(Seat::id)
                .toList();
        Comparator<@Nullable LastEntry> byLog = Comparator.nullsFirst(Comparator.naturalOrder());
        Map<RaftId, Integer> priorities = now.voters().stream().collect(Collectors.toMap(Seat::id, Seat::priority));
        int place = 0;
        boolean leavesTurn = false;
        for (Opinion other : others) {
            int more = byLog.compare(other.last(), mine);
            boolean first = line.indexOf(other.id()) < line.indexOf(now.self());
            boolean givenWay = resigning && Objects.equals(priorities.get(other.id()), priorities.get(now.self()));
            if (more > 0 || (more == 0 && (first || givenWay))) {
                place++;
            }
            leavesTurn |= more == 0 && givenWay;
        }
        return leavesTurn ? place + 1 : place;
    }

    private @Nullable NodeView view() {
        RatisNode open = node.get();
        return open == null ? null : open.view();
    }

    private boolean suspects(Leader leader, @Nullable NodeView now) {
        Suspicion there = suspicion;
        return there != null && there.leader().equals(leader) && holds(there, now);
    }

    private boolean holds(Suspicion found, @Nullable NodeView now) {
        return now != null
                && found.leader().equals(leader(now))
                && seemsGone(found.refused(), now.leaderSilentMillis(), silenceMillis);
    }

    /**
     * One that was silent and is heard again is there; one that nobody listens for only had its last words delivered
     * late.
     */
    static boolean seemsGone(boolean refused, long silentMillis, long silenceMillis) {
        return refused || silentMillis > silenceMillis;
    }

    private boolean stillFollows(Leader leader) {
        NodeView now = view();
        return now != null && leader.equals(leader(now));
    }

    private static boolean refuses(HostPort address) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(address.host(), address.port()), PROBE_MILLIS);
            return false;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused"); // and not: no route, or the like
        } catch (IOException e) {
            return false; // silence is no proof: the election timeout decides
        }
    }

    private void stand(Leader leader) {
        later(() -> asked.compareAndSet(leader, null), LOOK_AGAIN_MILLIS);
        RatisNode open = node.get();
        if (open == null || !suspects(leader, open.view())) {
            return;
        }
        try {
            open.standForElection(leader.id(), leader.term());
        } catch (IOException | RuntimeException e) {
            LOG.info("Not standing for election: {}", e.toString());
        }
    }

    @Override
    public synchronized void close() {
        if (watched != null) {
            watched.end().run();
            watched = null;
        }
    }
}
