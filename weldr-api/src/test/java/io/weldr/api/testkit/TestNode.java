package io.weldr.api.testkit;

import static io.weldr.testing.Patience.PATIENCE;

import io.weldr.api.AdminServer;
import io.weldr.api.AdminSettings;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Backups;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.CertificateIntake;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Sessions;
import io.weldr.api.grpc.GrpcMemberLink;
import io.weldr.api.http.HttpApi;
import io.weldr.api.http.HttpLimits;
import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Backup;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerConditions;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.port.SentHeads;
import io.weldr.core.port.SupportText;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.route.Actions;
import io.weldr.core.route.SampleView;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One node of a {@link TestCluster}: its own copy of the state, its own API on free loopback ports. */
public final class TestNode implements AutoCloseable {
    /** Limits that let a test see them at work without waiting long. */
    private static final HttpLimits LIMITS = new HttpLimits(
            1 << 20,
            8 * 1024,
            16 * 1024,
            1024,
            32 << 20,
            256,
            Duration.ofSeconds(1),
            PATIENCE.multipliedBy(2),
            Duration.ofMillis(200));

    /** No multiple of what fits into one message or window. */
    public static final int BACKUP_BYTES = 3_000_001;

    public static final String CLUSTER_ID = "0d5bd0b6-9e8e-3d0f-9d0e-4f4f3a4f5b6c";

    private final TestCluster cluster;
    private final MemberId id;
    private final GrpcMemberLink link = new GrpcMemberLink();
    private final TestMembership membership = new TestMembership();
    private final TestProcess process = new TestProcess();
    private final Published<ClusterState> state = new Published<>(ClusterState.INITIAL);
    private final List<Waiter> waiters = new ArrayList<>(); // under the lock of this
    private final List<byte[]> calls = new CopyOnWriteArrayList<>();
    private volatile boolean canHold;
    private volatile boolean noState;
    private volatile boolean damagesBackups;
    private final List<ProbeQuestion> questions = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Opinion> probeAnswer =
            CompletableFuture.completedFuture(new Opinion(new ProbeResult(true, "status 200"), true));
    private volatile List<LastProbe> probes = List.of();
    private volatile @Nullable List<ListenerCondition> conditions;
    private volatile @Nullable List<CertificateCondition> certificates;
    private volatile Traffic traffic = Traffic.NONE;
    private volatile List<String> unready = List.of();
    private volatile @Nullable String stuck;
    private volatile @Nullable String trouble;
    private volatile @Nullable VirtualIpStatus virtualIp;
    private volatile NodeFacts facts = NodeFacts.NONE;
    private volatile Duration clockAhead = Duration.ZERO;
    private volatile String version = "0.0-test";
    private volatile @Nullable CompletableFuture<byte[]> callAnswer;
    private volatile @Nullable Member self;
    private @Nullable AdminServer server;
    private volatile long applied;
    private boolean lagging; // under the lock of this
    private volatile @Nullable Long stuckAtRevision;
    private volatile boolean impatient;
    private final AtomicInteger appliedCalls = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    private record Waiter(long index, CompletableFuture<ClusterState> done) {}

    TestNode(TestCluster cluster, MemberId id) {
        this.cluster = cluster;
        this.id = id;
    }

    /** Listens, on the ports that it had before if it ran before, and tells the others where. */
    public void start() throws IOException {
        Member before = self;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        AdminSettings settings = new AdminSettings(
                new InetSocketAddress(
                        loopback, before == null ? 0 : before.admin().port()),
                new InetSocketAddress(
                        loopback, before == null ? 0 : before.grpc().port()),
                "0.0-test",
                LIMITS);
        AdminServer starting = new AdminServer(settings, ports(), link);
        starting.start();
        server = starting;
        Member member = new Member(
                id,
                new HostPort("127.0.0.1", 9),
                new HostPort("127.0.0.1", starting.httpAddress().getPort()),
                new HostPort("127.0.0.1", starting.grpcAddress().getPort()),
                new HostPort("127.0.0.1", 7),
                version,
                ClusterVersion.SUPPORTED);
        self = member;
        cluster.submit(new Command.AnnounceMember(member, Instant.now()));
    }

    /** Another server of this node, not started, on those ports. */
    public AdminServer another(int httpPort, int grpcPort) {
        return another(httpPort, grpcPort, LIMITS);
    }

    /** The same with other limits. */
    public AdminServer another(int httpPort, int grpcPort, HttpLimits limits) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new AdminServer(
                new AdminSettings(
                        new InetSocketAddress(loopback, httpPort),
                        new InetSocketAddress(loopback, grpcPort),
                        "0.0-test",
                        limits),
                ports(),
                link);
    }

    /** Another server of this node, not started, on free ports, for whoever may use it by these rules. */
    public AdminServer another(ApiAccess access) {
        return another(access, LIMITS);
    }

    /** The same with other limits. */
    public AdminServer another(ApiAccess access, HttpLimits limits) {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new AdminServer(new AdminSettings(free, free, free, access, "0.0-test", limits), ports(), link);
    }

    /** An HTTP API of this node that does not listen. */
    public HttpApi httpApi() {
        AdminPorts ports = ports();
        Census census = new Census(ports, link);
        Sessions sessions = new Sessions(ports.sessions(), ports.clock());
        Admin admin = new Admin(ports, census);
        return new HttpApi(
                ports,
                admin,
                census,
                new LeaderProbes(ports, link),
                new Samples(ports, link, Samples.INTERVAL),
                new Doctor(ports, census, link),
                new Support(ports, link, () -> ""),
                new Restarts(ports, census, link),
                new Backups(admin, ports, "0.0-test"),
                new WatchHub(ports, LIMITS.watchersMax()),
                new WaitingBytes(LIMITS.waitingBytesMax()),
                new Authenticator(ports.state(), sessions, ports.clock(), null),
                sessions,
                ApiAccess.LOCAL,
                "0.0-test",
                LIMITS);
    }

    /** Stops listening; the cluster goes on. */
    public void stop() {
        AdminServer running = server;
        server = null;
        if (running != null) {
            running.close(Duration.ZERO);
        }
    }

    /** What it was asked to change of the members, and what it answers. */
    public TestMembership membership() {
        return membership;
    }

    /** Its process, which only says that it restarts. */
    public TestProcess process() {
        return process;
    }

    private AdminPorts ports() {
        return new AdminPorts(
                new Gateway(),
                state,
                this::status,
                membership,
                () -> traffic,
                this::routedRevision,
                new Listeners(),
                this::certificateConditions,
                new CertificateIntake(cluster.seal(), "https://ca.example/directory"),
                (request, listener, matched, origin) -> request.method().equals("TRACE")
                        ? new SentHeads.Head("", List.of(), "405 method_not_allowed: not here")
                        : new SentHeads.Head(
                                Actions.target(matched, new SampleView(request)),
                                List.of(
                                        new SentHeads.Field("Host", origin.url().toString()),
                                        new SentHeads.Field(
                                                "X-Route",
                                                matched.route().name().value()),
                                        new SentHeads.Field(
                                                "X-Listener", listener.name().value())),
                                null),
                pool -> probes.stream()
                        .filter(probe -> probe.pool().equals(pool))
                        .toList(),
                List.of(() -> List.of(
                        new Measurement.Counter("exchanges", "Exchanges", Map.of("result", "success"), 7),
                        new Measurement.Gauge("origins", "Origins", Map.of("pool", "default"), 2),
                        new Measurement.Histogram(
                                "exchange_seconds",
                                "Time",
                                Map.of(),
                                List.of(0.1, 1.0),
                                List.of(3L, 2L, 1L),
                                4.5,
                                List.of(new Measurement.Exemplar(
                                        "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 0.5, 1000))))),
                message -> {
                    calls.add(message);
                    CompletableFuture<byte[]> answer = callAnswer;
                    return answer != null ? answer : CompletableFuture.completedFuture(message);
                },
                term -> CompletableFuture.completedFuture(term > 1),
                () -> canHold,
                question -> {
                    questions.add(question);
                    return probeAnswer;
                },
                () -> unready,
                () -> stuck,
                () -> self,
                () -> virtualIp,
                patience -> CompletableFuture.completedFuture(facts),
                () -> List.of(SupportText.of("configuration.txt", "id: " + id)),
                process,
                this::backup,
                cluster.sessions(),
                () -> Instant.now().plus(clockAhead));
    }

    /** Not in the format of weldr-raft, which this module does not know. */
    private Backup backup(Instant at, String program) {
        if (noState) {
            throw new GatewayException(GatewayException.Kind.UNAVAILABLE, "this node has no state of a cluster yet");
        }
        ClusterState current = state.get();
        byte[] bytes = backupBytes(current.revision());
        if (damagesBackups) {
            bytes[bytes.length - 1] ^= 1;
        }
        return new Backup(new Backup.Origin(CLUSTER_ID, id, applied, at), current, bytes);
    }

    /** The file that this node gives as a backup of that revision, with its checksum at the end. */
    public static byte[] backupBytes(long revision) {
        byte[] bytes = new byte[BACKUP_BYTES];
        new Random(revision).nextBytes(bytes);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            int end = bytes.length - digest.getDigestLength();
            digest.update(bytes, 0, end);
            System.arraycopy(digest.digest(), 0, bytes, end, digest.getDigestLength());
            return bytes;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has it send backups whose last byte is another one. */
    public void damageBackups(boolean damages) {
        damagesBackups = damages;
    }

    /** Has it refuse backups. */
    public void noState(boolean none) {
        noState = none;
    }

    private long routedRevision() {
        Long stuckAt = stuckAtRevision;
        return stuckAt == null ? state.get().revision() : stuckAt;
    }

    private ClusterStatus status() {
        MemberId leader = cluster.leader();
        boolean leads = id.equals(leader);
        return new ClusterStatus(
                id,
                leads ? Role.LEADER : Role.FOLLOWER,
                3,
                leader,
                leads,
                cluster.index(),
                applied,
                cluster.nodes().stream()
                        .map(node -> new Voter(node.id, new HostPort("127.0.0.1", 9)))
                        .toList(),
                leader == null ? null : Duration.ofMillis(leads ? 0 : 40),
                trouble);
    }

    /** Takes over the state, unless it lags. */
    void catchUp(ClusterState next, long index) {
        List<Waiter> ready = new ArrayList<>();
        synchronized (this) {
            if (lagging) {
                return;
            }
            applied = index;
            if (state.get().revision() < next.revision()) {
                state.publish(next);
            }
            waiters.removeIf(waiter -> waiter.index <= index && ready.add(waiter));
        }
        ready.forEach(waiter -> waiter.done.complete(next));
    }

    /** Stops or resumes applying. */
    public void lag(boolean lags) {
        synchronized (this) {
            lagging = lags;
        }
        catchUp(cluster.state(), cluster.index());
    }

    /** From now on its workers stay at the state that they route by; or they follow again. */
    public void workersHang(boolean hang) {
        stuckAtRevision = hang ? state.get().revision() : null;
    }

    /** From now on its gateway gives up at once when it has to wait for an index. */
    public void impatient(boolean impatient) {
        this.impatient = impatient;
    }

    /** How often its gateway was asked to wait for an index. */
    public int appliedCalls() {
        return appliedCalls.get();
    }

    /** From now on it has made that of the listeners, also of newer states. */
    public void conditions(ListenerCondition... all) {
        conditions = List.of(all);
    }

    /** How often it was asked what it has made of the listeners. */
    public int asked() {
        return asked.get();
    }

    /** From now on it has made that of the certificates, also of newer states. */
    public void certificates(CertificateCondition... all) {
        certificates = List.of(all);
    }

    private List<CertificateCondition> certificateConditions() {
        List<CertificateCondition> set = certificates;
        return set != null
                ? set
                : state.get().certificates().values().stream()
                        .map(certificate -> new CertificateCondition(
                                certificate.name(),
                                certificate.issued() == null
                                        ? CertificateCondition.State.NOT_ISSUED
                                        : CertificateCondition.State.LOADED,
                                "",
                                Instant.EPOCH))
                        .toList();
    }

    private final class Listeners implements ListenerConditions {
        @Override
        public List<ListenerCondition> listenerConditions() {
            asked.incrementAndGet();
            List<ListenerCondition> set = conditions;
            return set != null
                    ? set
                    : state.get().listeners().values().stream()
                            .map(listener -> new ListenerCondition(
                                    listener.name(),
                                    listener.address() == null
                                            ? "127.0.0.1:7"
                                            : listener.address().toString(),
                                    ListenerCondition.State.BOUND,
                                    "",
                                    Instant.EPOCH,
                                    0))
                            .toList();
        }

        @Override
        public long listenedRevision() {
            return state.get().revision();
        }
    }

    private final class Gateway implements CommandGateway {
        @Override
        public CompletionStage<Committed> submit(RequestId requestId, Command command, @Nullable Attribution by) {
            return cluster.submit(requestId, command, by);
        }

        @Override
        public CompletionStage<ClusterState> linearizable() {
            return cluster.linearizable();
        }

        @Override
        public CompletionStage<ClusterState> applied(long index) {
            appliedCalls.incrementAndGet();
            synchronized (TestNode.this) {
                if (applied >= index) {
                    return CompletableFuture.completedFuture(state.get());
                }
                if (impatient) {
                    return CompletableFuture.failedFuture(new GatewayException(Kind.NO_LEADER, "not applied in time"));
                }
                Waiter waiter = new Waiter(index, new CompletableFuture<>());
                waiters.add(waiter);
                return waiter.done;
            }
        }
    }

    public MemberId id() {
        return id;
    }

    /** What it tells the others about itself. */
    public Member member() {
        return Objects.requireNonNull(self, "not started");
    }

    public GrpcMemberLink link() {
        return link;
    }

    public AdminServer server() {
        return Objects.requireNonNull(server, "not started");
    }

    /** What other members asked it to probe. */
    public List<ProbeQuestion> questions() {
        return questions;
    }

    /** Whether it says from now on that it could hold the virtual IP. */
    public void canHold(boolean value) {
        canHold = value;
    }

    /** What its probes for others find from now on. */
    public void probesFind(CompletableFuture<Opinion> answer) {
        probeAnswer = answer;
    }

    /** What other members sent to its consensus module. */
    public List<byte[]> calls() {
        return calls;
    }

    /** From now on calls of other members are answered when this is; null: at once, with what they sent. */
    public void answerCallsWith(@Nullable CompletableFuture<byte[]> answer) {
        callAnswer = answer;
    }

    public void traffic(Traffic now) {
        traffic = now;
    }

    /** What its own probes found last. */
    public void probed(LastProbe... last) {
        probes = List.of(last);
    }

    /** Why it has to be restarted; null: it works. */
    public void stuck(@Nullable String reason) {
        stuck = reason;
    }

    public void unready(String... reasons) {
        unready = List.of(reasons);
    }

    public void virtualIp(@Nullable VirtualIpStatus now) {
        virtualIp = now;
    }

    /** What it finds of its settings and its machine. */
    public void facts(NodeFacts now) {
        facts = now;
    }

    /** From now on its clock is wrong by so much. */
    public void clockAhead(Duration ahead) {
        clockAhead = ahead;
    }

    /** What it says from its next start on that it runs. */
    public void version(String now) {
        version = now;
    }

    public void trouble(@Nullable String now) {
        trouble = now;
    }

    /** {@code http://127.0.0.1:port} */
    public String url() {
        return "http://" + member().admin();
    }

    /** {@code 127.0.0.1:port} of its gRPC API. */
    public String endpoint() {
        return member().grpc().toString();
    }

    @Override
    public void close() {
        stop();
        link.close();
    }
}
