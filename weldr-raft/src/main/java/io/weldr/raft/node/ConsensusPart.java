package io.weldr.raft.node;

import io.weldr.core.state.ClusterState;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.log.MachineEvents;
import io.weldr.raft.log.NewerVersionException;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import io.weldr.raft.workaround.Workaround;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Ratis server through its lives: opened, watched, and when it fails (a full disk, a damaged log) closed and opened
 * again from disk, with growing pauses, for as long as it takes. Meanwhile the node proxies with the state that it has.
 * Opening and closing happen on one thread; the rest may be called by any.
 */
public final class ConsensusPart {
    private static final Logger LOG = LoggerFactory.getLogger(ConsensusPart.class);

    private static final Duration PAUSE_MIN = Duration.ofMillis(500);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    /** A server that lived this long was a good one: the next failure starts with a short pause again. */
    private static final Duration GOOD_LIFE = Duration.ofMinutes(1);

    /** While other members are waited for, which are asked each time. */
    private static final Duration ASK_EVERY = Duration.ofSeconds(1);

    /** A trouble that lasts is written to the log this often. */
    private static final Duration SAY_EVERY = Duration.ofMinutes(1);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final RaftSettings settings;
    private final Opener opener;
    private final Listener listener;
    private final ScheduledExecutorService thread;

    private final Departures departures = new Departures();
    private volatile @Nullable Server server;
    private volatile @Nullable String trouble;
    private volatile boolean closed;
    private int openings; // confined to whoever opens
    /** The disk holds what only a newer version of the program knows: opening it again would end in the same place. */
    private volatile boolean outdated;

    private Duration pause = PAUSE_MIN; // confined to the thread
    private volatile @Nullable String snapshotTrouble;
    private long awaitSaidNanos; // confined to whoever opens
    private long snapshotSaidNanos; // confined to the thread that applies the log

    /** Starts a server from what is on disk. */
    public interface Opener {
        RatisNode open(MachineEvents events) throws IOException;
    }

    /** Hears of the living. Hands over at once. */
    public interface Listener {
        void applied(ClusterState state, long index);

        void transactionStarted(long callId);

        void leadershipMoved();
    }

    /** Who belongs to the cluster, by the entry at that index of the log, which is committed. */
    private record Voters(long index, Set<RaftId> ids, Set<RaftId> before, Set<RaftId> learners) {}

    /**
     * Whether a member that Raft knows by that name was a voter and is none any more, as far as this node knows. Any
     * thread.
     */
    public boolean departed(String raftId) {
        return departures.includes(raftId);
    }

    /** One server, and whether what it says still counts. */
    private final class Server implements MachineEvents {
        private final int opening = ++openings;
        private final long beganNanos = System.nanoTime();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable RatisNode node;
        private volatile @Nullable Voters committed; // null: unchanged since it was opened

        @Override
        public void applied(ClusterState state, long index) {
            if (!over.get()) {
                listener.applied(state, index);
            }
        }

        @Override
        public void transactionStarted(long callId) {
            listener.transactionStarted(callId);
        }

        @Override
        public void membersCommitted(long index, Set<String> voters, Set<String> before, Set<String> learners) {
            Voters now = new Voters(index, raftIds(voters), raftIds(before), raftIds(learners));
            committed = now;
            Set<RaftId> beside = new HashSet<>(now.before());
            beside.addAll(now.learners());
            departures.members(now.ids(), beside);
            try {
                thread.execute(() -> checkVoters(this)); // before it votes or stands by the wrong ones, if it can be
            } catch (RejectedExecutionException e) {
                LOG.debug("Closing", e);
            }
        }

        @Override
        public void leadershipMoved() {
            listener.leadershipMoved();
        }

        @Override
        public void newerVersionNeeded(String line) {
            retire(this, line);
        }

        @Override
        public void snapshotSaved(@Nullable Throwable failure) {
            if (!over.get()) {
                ConsensusPart.this.snapshotSaved(failure);
            }
        }

        @Override
        public void logFailed(Throwable cause) {
            fail(this, "its log cannot be written: " + root(cause));
        }

        @Override
        public void serverShutDown() {
            fail(this, "Ratis closed it");
        }
    }

    private void snapshotSaved(@Nullable Throwable failure) {
        if (failure == null) {
            if (snapshotTrouble != null) {
                snapshotTrouble = null;
                LOG.info("Snapshots of the log can be written again");
            }
            return;
        }
        String now = "no snapshot of the log can be written, and the log grows until one can: " + root(failure);
        if (snapshotTrouble == null || System.nanoTime() - snapshotSaidNanos >= SAY_EVERY.toNanos()) {
            snapshotSaidNanos = System.nanoTime();
            LOG.warn("Trouble with the disk: {}", now);
        }
        snapshotTrouble = now;
    }

    private static Set<RaftId> raftIds(Set<String> texts) {
        return texts.stream().map(RaftId::parse).collect(Collectors.toUnmodifiableSet());
    }

    /** What the disk said: Ratis tells first what it wanted to do. */
    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof IOException && root.getMessage() != null ? root.getMessage() : root.toString();
    }

    public ConsensusPart(RaftSettings settings, Opener opener, Listener listener, ScheduledExecutorService thread) {
        this.settings = settings;
        this.opener = opener;
        this.listener = listener;
        this.thread = thread;
    }

    /**
     * Opens it for the first time. Blocks; fails with one line that says why. If the log cannot be used and other
     * members can be expected to replace it, this returns all the same: the node waits for them, closed.
     */
    public void start() throws IOException {
        try {
            open();
        } catch (AwaitingClusterException e) {
            await(e);
        }
    }

    /** The server, or null while there is none. */
    public @Nullable RatisNode node() {
        Server now = server;
        return now == null || now.over.get() ? null : now.node;
    }

    /** How consensus stands; null while there is no server, or it belongs to no group. */
    public @Nullable NodeView view() {
        RatisNode node = node();
        return node == null ? null : node.view();
    }

    /** Counts the servers: another one has another number. 0 while there is none. Any thread. */
    int opening() {
        Server now = server;
        return now == null || now.over.get() || now.node == null ? 0 : now.opening;
    }

    /**
     * Opens the log of that group, unless one is open. Blocks until it is.
     *
     * @return whether none was
     */
    boolean add(RatisNode.Group group) throws IOException {
        RatisNode node = node();
        if (node == null) {
            throw new IOException("the consensus part is closed");
        }
        if (node.view() != null) {
            return false;
        }
        try {
            node.add(group);
        } catch (Throwable e) {
            restart(String.valueOf(e.getMessage())); // it may be half open
            throw e;
        }
        listener.leadershipMoved();
        return true;
    }

    /** Whether there will be no server again, because the disk holds what only a newer version of the program knows. */
    public boolean outdated() {
        return outdated;
    }

    /** Why there is no server, for people; null if there is one. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Why no snapshot can be written, for people; null if one can. */
    public @Nullable String snapshotTrouble() {
        return snapshotTrouble;
    }

    /** Notices if the server closed itself without saying so, or has lost sight of who votes. */
    public void check() {
        Server now = server;
        RatisNode node = now == null ? null : now.node;
        if (now != null && !now.over.get() && node != null && node.closed()) {
            fail(now, "it closed itself");
        }
        if (now != null) {
            checkVoters(now);
        }
        NodeView view = view();
        if (view != null) {
            departures.seen(view.members().stream().map(Seat::id).toList());
        }
    }

    /**
     * Ratis 3.3 takes up new voters before it drops the end of the log that contradicts the leader's, and drops them
     * with it when both come in one request: a leader that was cut off goes on with the voters of before, and would
     * have them all again if it led once more. The disk has the right ones.
     */
    private void checkVoters(Server now) {
        Voters committed = now.committed;
        RatisNode node = now.node;
        NodeView view = node == null || now.over.get() ? null : node.view();
        if (committed == null
                || view == null
                || view.configurationIndex() >= committed.index()
                || !Workaround.COMMITTED_VOTERS.used()) {
            return;
        }
        Set<RaftId> ids = view.voters().stream().map(Seat::id).collect(Collectors.toUnmodifiableSet());
        Set<RaftId> learners =
                view.members().stream().filter(Seat::learner).map(Seat::id).collect(Collectors.toUnmodifiableSet());
        if (!ids.equals(committed.ids()) || !view.oldVoters().equals(committed.before())) {
            fail(
                    now,
                    "it goes by the voters " + text(ids, view.oldVoters()) + ", and not by "
                            + text(committed.ids(), committed.before()) + ", which were committed");
        } else if (!learners.equals(committed.learners())) {
            fail(
                    now,
                    "it goes by the learners " + learners + ", and not by " + committed.learners()
                            + ", which were committed");
        }
    }

    private static String text(Set<RaftId> voters, Set<RaftId> before) {
        return before.isEmpty() ? voters.toString() : voters + " in the place of " + before;
    }

    /** Gives the server up and starts over from disk. */
    public void restart(String why) {
        Server now = server;
        if (now != null) {
            fail(now, why);
        }
    }

    private void open() throws IOException {
        if (Workaround.PORT_PROBE.used()) {
            probePort();
        }
        Server next = new Server();
        server = next;
        RatisNode opened;
        try {
            opened = opener.open(next);
        } catch (Throwable e) { // an Error too: what it says from here on must not count
            next.over.set(true);
            throw e;
        }
        next.node = opened;
        if (next.over.get()) {
            next.node = null; // nobody else closes it then
            closeBounded(opened);
            if (outdated) {
                return;
            }
            throw new IOException("it failed while it was opened");
        }
        trouble = null;
        snapshotTrouble = null;
        listener.leadershipMoved();
    }

    /** Ratis would try to end the process if its port were taken. */
    private void probePort() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(
                    settings.bind().host(), settings.bind().port()));
        } catch (IOException e) {
            throw new IOException("raft address " + settings.bind() + " cannot be listened on: " + e.getMessage(), e);
        }
    }

    private void fail(Server failed, String why) {
        if (closed || !failed.over.compareAndSet(false, true)) {
            return;
        }
        trouble = "the consensus part failed: " + why;
        LOG.error(
                "The consensus part failed: {}. Proxying continues with the last state; the node opens its log again",
                why);
        listener.leadershipMoved();
        try {
            thread.execute(() -> bury(failed));
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    /** Closes it until the program is started anew, in a version that knows what the disk holds. */
    private void retire(Server outOfDate, String why) {
        if (closed || !outOfDate.over.compareAndSet(false, true)) {
            return;
        }
        giveUp(why);
        listener.leadershipMoved();
        try {
            thread.execute(() -> bury(outOfDate));
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    private void giveUp(String why) {
        outdated = true;
        trouble = why
                + ". This node does not take part in consensus until it runs a newer version of weldr; it continues to"
                + " proxy with the state before that";
        LOG.error("{}", trouble);
    }

    private void bury(Server failed) {
        RatisNode node = failed.node;
        if (node == null) {
            return; // it failed while it was being opened: whoever opens it closes it, and tries again
        }
        boolean buried = false;
        try {
            closeBounded(node);
            buried = true;
        } catch (Throwable e) { // as when no thread can be had to close it on
            LOG.warn("The consensus part cannot be closed yet: {}", e.toString());
            LOG.debug("Why", e);
        } finally {
            if (System.nanoTime() - failed.beganNanos > GOOD_LIFE.toNanos()) {
                pause = PAUSE_MIN;
            }
            // One that is not closed holds its port and its log still: no other can be opened before.
            if (!buried) {
                scheduleAgain(() -> bury(failed));
            } else if (!outdated) {
                scheduleAgain(this::reopen);
            }
        }
    }

    private void scheduleAgain(Runnable step) {
        if (closed) {
            return;
        }
        Duration now = pause;
        pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        var unused = thread.schedule(step, now.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void reopen() {
        if (closed || outdated || node() != null) {
            return;
        }
        try {
            open();
            if (!outdated) {
                LOG.info("The consensus part is open again");
            }
        } catch (NewerVersionException e) {
            giveUp(String.valueOf(e.getMessage()));
        } catch (AwaitingClusterException e) {
            await(e);
        } catch (Throwable e) {
            // An Error too: a thread, for instance, may be had again in a moment. Nobody else tries again.
            String why = e instanceof Error ? e.toString() : e.getMessage();
            trouble = "the consensus part cannot be opened: " + why;
            LOG.warn("The consensus part cannot be opened: {}", why);
            LOG.debug("Why", e);
            scheduleAgain(this::reopen);
        }
    }

    private void await(AwaitingClusterException what) {
        String now = "the consensus part is closed: " + what.getMessage();
        if (!now.equals(trouble) || System.nanoTime() - awaitSaidNanos >= SAY_EVERY.toNanos()) {
            awaitSaidNanos = System.nanoTime();
            LOG.error("Trouble with the log: {}", now);
        }
        trouble = now;
        listener.leadershipMoved();
        if (!closed) {
            var unused = thread.schedule(this::reopen, ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void closeBounded(RatisNode node) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread closer = new Thread(
                () -> {
                    try {
                        node.close();
                        done.complete(null);
                    } catch (Throwable e) { // whatever it is, it is told below
                        done.completeExceptionally(e);
                    }
                },
                "weldr-raft-close");
        closer.setDaemon(true);
        closer.start();
        try {
            done.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The consensus part does not close within {} ms", CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            LOG.warn("Closing the consensus part", e);
        }
    }

    /** Closes it for good, within a few seconds. */
    public void close() {
        closed = true;
        Server last = server;
        RatisNode node = last == null ? null : last.node;
        if (last != null) {
            last.over.set(true);
        }
        if (node != null) {
            closeBounded(node);
        }
    }
}
