package io.weldr.api.grpc;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Backups;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.auth.AccessRule;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.listen.Connections;
import io.weldr.api.listen.LimitedListener;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ApiTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens for gRPC: the admin API, member to member, health and reflection. {@link #start} and {@link #close} block for
 * a bounded time.
 */
public final class GrpcApi implements AutoCloseable {
    /** What a consensus module sends is a command, and those are a few kilobytes. */
    static final int MESSAGE_BYTES_MAX = 4 << 20;

    private static final int CALLS_PER_CONNECTION_MAX = 256;

    /** Of TLS and of HTTP/2, together. */
    private static final int HANDSHAKE_SECONDS = 10;

    /** Handlers only ask and answer; two threads keep one long list from delaying a forwarded write. */
    private static final int THREADS = 2;

    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService executor;
    private final EventLoopGroup loops;
    private final Connections connections;
    private final AdminPorts ports;
    private final Admin admin;
    private final Census census;
    private final LeaderProbes probes;
    private final Samples samples;
    private final Doctor doctor;
    private final Support support;
    private final Restarts restarts;
    private final Backups backups;
    private final WatchHub hub;
    private final MemberAnswers answers;
    private final BooleanSupplier membersAskHere;
    private final WaitingBytes waiting;
    private final Authenticator authenticator;
    private final ApiAccess access;
    private @Nullable Server server;

    /**
     * The server, not bound yet.
     *
     * @param answers what members are answered, if {@code membersAskHere}: some may be of an older version, which does
     *     not ask at the Raft port
     * @param connectionsMax connections at the same time, see {@link Connections}
     */
    public GrpcApi(
            AdminPorts ports,
            Admin admin,
            Census census,
            LeaderProbes probes,
            Samples samples,
            Doctor doctor,
            Support support,
            Restarts restarts,
            Backups backups,
            WatchHub hub,
            MemberAnswers answers,
            BooleanSupplier membersAskHere,
            WaitingBytes waiting,
            Authenticator authenticator,
            ApiAccess access,
            int connectionsMax) {
        this.connections = new Connections("the gRPC API", connectionsMax);
        this.ports = ports;
        this.admin = admin;
        this.census = census;
        this.probes = probes;
        this.samples = samples;
        this.doctor = doctor;
        this.support = support;
        this.restarts = restarts;
        this.backups = backups;
        this.hub = hub;
        this.answers = answers;
        this.membersAskHere = membersAskHere;
        this.waiting = waiting;
        this.authenticator = authenticator;
        this.access = access;
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "weldr-api-grpc-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.executor = pool;
        this.loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("weldr-api-grpc-io", true), NioIoHandler.newFactory());
    }

    /**
     * Binds, and returns once calls are answered.
     *
     * @param address port 0 takes a free one
     * @throws IOException with one line that names the address and what is wrong with it
     */
    public void start(InetSocketAddress address) throws IOException {
        AccessRule rule = AccessRule.of(address, access);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .executor(executor)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .channelFactory(() -> new LimitedListener(connections, rule == AccessRule.CREDENTIAL))
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                // A watcher that is gone without a word is noticed, and one that asks whether we live is let.
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                // Strangers, too, may connect; without this each of them would keep its place for as long as it likes.
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxConnectionIdle(5, TimeUnit.MINUTES)
                .addService(ServerInterceptors.intercept(
                        new AdminService(
                                ports,
                                admin,
                                census,
                                probes,
                                samples,
                                doctor,
                                support,
                                restarts,
                                backups,
                                waiting,
                                hub,
                                authenticator::validity),
                        new WriteLog(access.audit(), ports.clock())))
                .addService(new MemberService(answers, membersAskHere))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .fallbackHandlerRegistry(new NoSuchCall())
                .intercept(new AnswerBudget(waiting))
                .intercept(new StandingCalls(authenticator::validity, loops))
                .intercept(new AccessInterceptor(rule, access, authenticator, connections, ports.clock()));
        ApiTls tls = access.tlsAt(address);
        if (tls != null) {
            builder.sslContext(context(tls));
        }
        try {
            server = builder.build().start();
        } catch (IOException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            end();
            throw new IOException(
                    "cannot listen for gRPC on " + HostPort.text(address.getHostString(), address.getPort()) + ": "
                            + root.getMessage(),
                    e);
        }
    }

    /** The TLS of the Java platform: the handshakes of administrators are few. */
    private static SslContext context(ApiTls tls) throws IOException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keys()), SslProvider.JDK)
                .trustManager(tls.trust())
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    /** The port that it is bound to. */
    public int port() {
        Server bound = server;
        if (bound == null) {
            throw new IllegalStateException("not started");
        }
        return bound.getPort();
    }

    /** Every call of every service, as {@code service/Call}. */
    public List<String> calls() {
        Server bound = server;
        return bound == null
                ? List.of()
                : bound.getServices().stream()
                        .flatMap(service -> service.getMethods().stream())
                        .map(method -> method.getMethodDescriptor().getFullMethodName())
                        .toList();
    }

    /** Tells health watchers that this node is on its way out, and takes no new calls; those under way go on. */
    public void drain() {
        if (server != null && !server.isShutdown()) {
            health.enterTerminalState();
            server.shutdown();
        }
    }

    /** Ends what is under way after {@code patience} and returns at most a second later. */
    public void close(Duration patience) {
        Check.inRange("patience", patience, Duration.ZERO, Duration.ofMinutes(10));
        drain();
        Server bound = server;
        try {
            if (bound != null && !bound.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                bound.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            bound.shutdownNow();
            Thread.currentThread().interrupt();
        }
        end();
    }

    private void end() {
        executor.shutdown();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
