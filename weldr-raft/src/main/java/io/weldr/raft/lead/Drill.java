package io.weldr.raft.lead;

import static java.util.Objects.requireNonNull;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.codec.EntryCodec;
import io.weldr.raft.codec.LogEntry;
import io.weldr.raft.form.Folders;
import io.weldr.raft.machine.MachineEvents;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.RatisNode.Group;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Practises leadership before it is needed: two servers within this process elect each other in turn and write to a log of their own.
 * Most nodes lead for the first time when another one has just died, and what runs for the first time is loaded, linked and
 * interpreted; with practice a fail-over takes a third of the time. Has nothing to do with the node's own cluster but the disk, and listens
 * on the loopback address alone; if it fails, the node leads without practice. Runs on a thread of its own.
 */
public final class Drill implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Drill.class);

    /** How the names of the servers begin, for those who want to tell what Ratis says of them from what it says of the node's own. */
    public static final String MEMBERS = "weldr-drill-";

    private static final String FOLDER = "drill";

    /** Clients that have waited for the node come first. */
    static final Duration DELAY = Duration.ofSeconds(1);

    /** After so many a term begins in a tenth of the time that the first one took; more gain little. */
    static final int TERMS = 8;

    /** On a machine that has no time for it, it is given up. */
    private static final Duration LENGTH_MAX = Duration.ofSeconds(60);

    private static final long CLOSE_MILLIS_MAX = 2_000;
    private static final Duration STEP_MAX = Duration.ofSeconds(3);
    private static final long LOOK_MILLIS = 5;
    private static final long PAUSE_MILLIS = 200; // after a term that failed
    private static final int WRITES_A_TERM = 20;

    private final RaftId one = new RaftId(new MemberId(MEMBERS + 1), "");
    private final RaftId two = new RaftId(new MemberId(MEMBERS + 2), "");
    private final Path folder;
    private final long beginNanos;
    private final Thread thread;
    private final AtomicInteger terms = new AtomicInteger();
    private volatile boolean closed;

    private Drill(Path folder, Duration delay) {
        this.folder = folder;
        this.beginNanos = System.nanoTime() + delay.toNanos();
        this.thread = new Thread(this::run, "weldr-drill");
        thread.setDaemon(true);
    }

    /**
     * Begins a moment later, and returns at once.
     *
     * @param dataFolder gets a folder of a few hundred kilobytes, which is removed in the end
     */
    public static Drill begin(Path dataFolder) {
        return begin(dataFolder, DELAY);
    }

    static Drill begin(Path dataFolder, Duration delay) {
        Drill drill = new Drill(dataFolder.resolve(FOLDER), delay);
        drill.thread.start();
        return drill;
    }

    /** How many terms of leadership were practised so far. */
    int terms() {
        return terms.get();
    }

    /** Blocks until it is over. */
    void await() throws InterruptedException {
        thread.join();
    }

    /** Ends it early. Blocks while the step that is under way ends, for two seconds at most. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            Folders.remove(folder); // what an earlier process left when it was killed
            while (!closed && System.nanoTime() - beginNanos < 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            if (!closed) {
                practise();
            }
            if (terms.get() == TERMS) {
                LOG.info("Practised leadership: {} terms in {} ms", terms, millis());
            } else if (!closed) {
                LOG.info(
                        "Practised leadership: {} terms of {} before time was up; the first take-over may be slower",
                        terms,
                        TERMS);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.debug("The drill of leadership ended after {} terms and {} ms", terms, millis(), e);
        } finally {
            try {
                Folders.remove(folder);
            } catch (IOException e) {
                LOG.debug("{} is left", folder, e);
            }
        }
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos);
    }

    private void practise() throws IOException, InterruptedException {
        List<HostPort> addresses = freeAddresses();
        Group group = new Group(UUID.randomUUID(), Map.of(one, addresses.get(0), two, addresses.get(1)));
        try (RatisNode first = open(one, group);
                RatisNode second = open(two, group)) {
            Pair pair = new Pair(first, second);
            while (goesOn()) {
                try {
                    practiseTerm(pair);
                    terms.incrementAndGet();
                } catch (ExecutionException | TimeoutException e) {
                    // Nodes that start side by side on a small machine starve each other for seconds: try again.
                    LOG.debug("A term of the drill failed, {} practised so far", terms, e);
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
        }
    }

    private void practiseTerm(Pair pair) throws InterruptedException, ExecutionException, TimeoutException {
        RatisNode leader = pair.awaitLeader();
        for (int i = 0; i < WRITES_A_TERM; i++) {
            leader.submit(leader.nextCallId(), entry(i)).get(STEP_MAX.toMillis(), TimeUnit.MILLISECONDS);
        }
        pair.passOn(leader);
    }

    private boolean goesOn() {
        return !closed && terms.get() < TERMS && System.nanoTime() - beginNanos < LENGTH_MAX.toNanos();
    }

    private RatisNode open(RaftId id, Group group) throws IOException {
        Map<MemberId, HostPort> peers = new HashMap<>();
        group.voters().forEach((voter, address) -> peers.put(voter.member(), address));
        HostPort address = requireNonNull(peers.get(id.member()));
        RaftSettings settings = RaftSettings.of(id.member(), address, null, peers, folder, true);
        return RatisNode.start(
                settings, id, folder.resolve(id.toString()), group, new Unheard(), (builder, types) -> builder);
    }

    private byte[] entry(int number) {
        RequestId id = new RequestId("drill-" + terms + "-" + number);
        Command command = new Command.SetHealthPolicy(PoolName.DEFAULT, HealthPolicy.DEFAULT, null, Instant.EPOCH);
        return EntryCodec.encode(new LogEntry.Write(id, command)).toByteArray();
    }

    /** The two servers. */
    private final class Pair {
        private final RatisNode first;
        private final RatisNode second;

        Pair(RatisNode first, RatisNode second) {
            this.first = first;
            this.second = second;
        }

        RatisNode awaitLeader() throws InterruptedException, TimeoutException {
            long deadline = System.nanoTime() + STEP_MAX.toNanos();
            while (System.nanoTime() - deadline < 0 && !closed) {
                for (RatisNode node : List.of(first, second)) {
                    NodeView view = node.view();
                    if (view != null && view.leaderReady()) {
                        return node;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            throw new TimeoutException("nobody leads");
        }

        /** The heir is elected, and has written the first entry of its term, once {@link #awaitLeader} finds it. */
        void passOn(RatisNode leader) throws InterruptedException, ExecutionException, TimeoutException {
            RaftId heir = leader == first ? two : one;
            leader.transfer(heir, STEP_MAX).get(STEP_MAX.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Two ports that were free a moment ago; should one be taken meanwhile, there is no drill. */
    private static List<HostPort> freeAddresses() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket two = new ServerSocket(0, 1, loopback)) {
            return List.of(
                    new HostPort(loopback.getHostAddress(), one.getLocalPort()),
                    new HostPort(loopback.getHostAddress(), two.getLocalPort()));
        }
    }

    /** Nobody wants to know. */
    private static final class Unheard implements MachineEvents {
        @Override
        public void applied(ClusterState state, long index) {}

        @Override
        public void transactionStarted(long callId) {}

        @Override
        public void votersCommitted(long index, Set<String> voters, Set<String> before) {}

        @Override
        public void leadershipMoved() {}

        @Override
        public void newerVersionNeeded(String line) {}

        @Override
        public void logFailed(Throwable cause) {}

        @Override
        public void serverShutDown() {}
    }
}
