package io.weldr.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.MemberTls;
import io.weldr.core.port.Membership;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.core.state.OriginSpec;
import io.weldr.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A cluster in one process. What followers forward goes straight to the other node's {@code answer}. */
final class TestCluster implements AutoCloseable {
    static final Duration PATIENCE = Patience.PATIENCE;

    /** Longer than the defaults: a machine that builds and tests at once pauses for longer than a server does. */
    private static final Duration ELECTION_TIMEOUT_MIN = Duration.ofMillis(500);

    /**
     * Below the range from which outgoing connections take theirs, else one of those may hold ours; and where no other
     * JVM looks for its own, which might take one while its node is down: a range belongs to whoever listens at its
     * first port.
     */
    private static final int PORTS_MIN = 20_000;

    private static final int PORTS_MAX = 32_000;
    private static final int PORTS = 1_000;
    private static final ServerSocket RANGE_OF_OURS = claimPorts(); // open for as long as this JVM runs
    private static final int FIRST_PORT = RANGE_OF_OURS.getLocalPort() + 1;
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(FIRST_PORT + new Random().nextInt(PORTS - 1));

    final SortedMap<MemberId, HostPort> peers = new TreeMap<>();
    final Map<MemberId, HostPort> newcomers = new ConcurrentHashMap<>();
    final Map<MemberId, RaftCluster> running = new ConcurrentHashMap<>();
    final Map<MemberId, RecordingDuty> duties = new HashMap<>();
    /** How members speak to each other; those that are not in it: without TLS. Asked when a node is started. */
    final Map<MemberId, MemberTls> tls = new ConcurrentHashMap<>();

    final Path root;
    private final UnaryOperator<RaftSettings> tuning;

    TestCluster(Path root, int size) {
        this(root, size, settings -> settings);
    }

    TestCluster(Path root, int size, UnaryOperator<RaftSettings> tuning) {
        this.root = root;
        this.tuning = tuning;
        for (int i = 1; i <= size; i++) {
            peers.put(new MemberId("n" + i), new HostPort("127.0.0.1", freePort()));
        }
    }

    /** All started, one leader, everybody announced. */
    static TestCluster formed(Path root, int size, UnaryOperator<RaftSettings> tuning) {
        TestCluster cluster = new TestCluster(root, size, tuning);
        try {
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    static TestCluster formed(Path root, int size) {
        return formed(root, size, settings -> settings);
    }

    /**
     * One leads, all have announced themselves, and the cluster version is raised: nothing enters the log by itself any
     * more.
     */
    void awaitFormed() {
        awaitLeader();
        await().untilAsserted(() -> assertThat(running.values()).allSatisfy(node -> {
            assertThat(node.state().get().members().keySet()).containsAll(running.keySet());
            assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED);
        }));
    }

    private static ServerSocket claimPorts() {
        for (int first = PORTS_MIN; first < PORTS_MAX; first += PORTS) {
            try {
                return new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                // another JVM's: the next one
            }
        }
        throw new IllegalStateException("all ranges between " + PORTS_MIN + " and " + PORTS_MAX + " are taken");
    }

    static int freePort() {
        while (true) {
            int port = NEXT_PORT.updateAndGet(last -> last >= FIRST_PORT + PORTS - 2 ? FIRST_PORT : last + 1);
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // taken: the next one
            }
        }
    }

    RaftSettings settings(MemberId id) {
        HostPort address = requireNonNull(peers.get(id));
        SortedMap<MemberId, HostPort> list = peers.size() == 1 ? new TreeMap<>() : peers;
        RaftSettings settings = RaftSettings.of(id, address, null, list, folder(id), false)
                .withElectionTimeout(ELECTION_TIMEOUT_MIN, ELECTION_TIMEOUT_MIN.multipliedBy(2));
        return tuning.apply(settings);
    }

    Path folder(MemberId id) {
        return root.resolve(id.value());
    }

    RaftCluster start(MemberId id) {
        return start(settings(id));
    }

    RaftCluster start(RaftSettings settings) {
        MemberId id = settings.self();
        RecordingDuty duty = duties.computeIfAbsent(id, RecordingDuty::new);
        MemberTls speaks = tls.get(id);
        RaftCluster node = new RaftCluster(settings, link(), List.of(duty), () -> speaks);
        try {
            node.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        running.put(id, node);
        HostPort nowhere = new HostPort("127.0.0.1", 1);
        Member member = new Member(
                id,
                settings.advertised(),
                nowhere,
                nowhere,
                settings.witness() ? null : nowhere,
                "test",
                ClusterVersion.SUPPORTED);
        node.announce(member, NodeRules.UNSAID);
        return node;
    }

    private MemberLink link() {
        return (to, message, deadline) -> {
            RaftCluster target = running.get(to.id());
            if (target == null) {
                return CompletableFuture.failedFuture(
                        new GatewayException(GatewayException.Kind.NO_LEADER, to.id() + " is not running"));
            }
            return target.answer(message);
        };
    }

    RaftCluster node(MemberId id) {
        RaftCluster node = running.get(id);
        assertThat(node).as("node %s", id).isNotNull();
        return node;
    }

    Collection<RaftCluster> nodes() {
        return running.values();
    }

    /** Starts a node that joins whatever cluster the running nodes form; not one of those that it was formed of. */
    RaftCluster join(MemberId id) {
        return start(joining(id));
    }

    RaftSettings joining(MemberId id) {
        List<HostPort> contacts = running.keySet().stream().map(this::address).toList();
        return outsider(id).joining(() -> contacts);
    }

    /** The settings of a node that has no list of peers. */
    RaftSettings outsider(MemberId id) {
        HostPort address = newcomers.computeIfAbsent(id, any -> new HostPort("127.0.0.1", freePort()));
        return tuning.apply(RaftSettings.of(id, address, null, new TreeMap<>(), folder(id), false)
                .withElectionTimeout(ELECTION_TIMEOUT_MIN, ELECTION_TIMEOUT_MIN.multipliedBy(2)));
    }

    HostPort address(MemberId id) {
        return requireNonNull(peers.getOrDefault(id, newcomers.get(id)));
    }

    /**
     * What became of a wish that is sent through that node, until a leader has answered it: a machine that is starved
     * may be without one for longer than a node waits.
     */
    Membership.Result wish(MemberId through, Function<Membership, CompletionStage<Membership.Result>> wish) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> heard(through, wish), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Membership.Result> heard(
            MemberId through, Function<Membership, CompletionStage<Membership.Result>> wish) {
        try {
            return Optional.of(get(wish.apply(node(through).membership()).toCompletableFuture()));
        } catch (GatewayException e) {
            if (e.kind() == GatewayException.Kind.NO_LEADER) {
                return Optional.empty(); // it was never asked
            }
            throw e;
        }
    }

    Set<MemberId> voters(MemberId of) {
        return node(of).status().voters().stream().map(ClusterStatus.Voter::id).collect(Collectors.toSet());
    }

    RecordingDuty duty(MemberId id) {
        return requireNonNull(duties.get(id));
    }

    void kill(MemberId id) {
        RaftCluster node = running.remove(id);
        if (node != null) {
            Inside.kill(node);
        }
    }

    void stop(MemberId id) {
        RaftCluster node = running.remove(id);
        if (node != null) {
            node.close();
        }
    }

    void wipe(MemberId id) {
        deleteAll(folder(id));
    }

    static void deleteAll(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @org.jspecify.annotations.Nullable IOException e)
                        throws IOException {
                    Files.delete(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one that acts as leader, once there is exactly one. */
    MemberId awaitLeader() {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(this::acting, acting -> acting.size() == 1)
                .get(0);
    }

    List<MemberId> acting() {
        return running.entrySet().stream()
                .filter(node -> node.getValue().status().acting())
                .map(Map.Entry::getKey)
                .toList();
    }

    MemberId follower() {
        return anotherThan(awaitLeader());
    }

    /** Any running one but that: where a story has a leader, and leadership may have moved since. */
    MemberId anotherThan(MemberId one) {
        return running.keySet().stream()
                .filter(id -> !id.equals(one))
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    static Command add(int port) {
        // An address of nobody (RFC 5737): the nodes have all their ports on loopback.
        OriginUrl url = OriginUrl.parse("http://192.0.2.1:" + port);
        return new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(url), false, Instant.now());
    }

    static RequestId newId() {
        return new RequestId(UUID.randomUUID().toString());
    }

    /** Adds an origin with that port through the node, as often as it takes to be acknowledged. */
    static Committed addOrigin(RaftCluster node, int port) {
        return acknowledged(node, add(port));
    }

    /** Submits the command through the node, as often as it takes to be acknowledged. */
    static Committed acknowledged(RaftCluster node, Command command) {
        RequestId id = newId();
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> acknowledged(node, id, command), Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<Committed> acknowledged(RaftCluster node, RequestId id, Command command) {
        try {
            return Optional.of(get(node.submit(id, command).toCompletableFuture()));
        } catch (GatewayException e) {
            return Optional.empty(); // the same id again is safe
        }
    }

    /** The same, but only once: fails with what the gateway says. */
    static Committed addOriginOnce(RaftCluster node, int port) {
        return get(node.submit(newId(), add(port)).toCompletableFuture());
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof GatewayException known) {
                throw known;
            }
            throw e;
        }
    }

    static List<Integer> ports(RaftCluster node) {
        return node.state().get().defaultPool().origins().stream()
                .map(origin -> origin.url().address().port())
                .toList();
    }

    @Override
    public void close() {
        // Side by side: one takes most of a second, and waits for most of that.
        CompletableFuture<?>[] all = List.copyOf(running.keySet()).stream()
                .map(id -> CompletableFuture.runAsync(() -> kill(id), task -> new Thread(task, "kill-" + id).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();
    }

    /** Writes down when it was started and stopped. */
    static final class RecordingDuty implements LeaderDuty {
        final MemberId of;
        final List<String> events = new CopyOnWriteArrayList<>();
        volatile long startedNanos;
        volatile long stoppedNanos;
        volatile boolean active;

        RecordingDuty(MemberId of) {
            this.of = of;
        }

        @Override
        public void start(long term) {
            startedNanos = System.nanoTime();
            active = true;
            events.add("start " + term);
        }

        @Override
        public void stop() {
            active = false;
            stoppedNanos = System.nanoTime();
            events.add("stop");
        }
    }
}
