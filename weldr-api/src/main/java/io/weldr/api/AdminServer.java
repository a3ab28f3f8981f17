package io.weldr.api;

import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.AnswerThreads;
import io.weldr.api.admin.Awaited;
import io.weldr.api.admin.Backups;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Sessions;
import io.weldr.api.grpc.GrpcApi;
import io.weldr.api.grpc.GrpcMemberLink;
import io.weldr.api.grpc.MemberAnswers;
import io.weldr.api.http.HttpApi;
import io.weldr.core.port.AppliedBarrier;
import io.weldr.core.port.MemberServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The admin API of one node, over HTTP and gRPC. Whoever assembles the node makes a {@link GrpcMemberLink} first (the
 * consensus module needs it), then this with the same link. All methods may be called from any thread; {@link #start}
 * and {@link #close} block, for the times they say.
 */
public final class AdminServer implements AppliedBarrier, AutoCloseable {
    private final AdminSettings settings;
    private final AdminPorts ports;
    private final GrpcMemberLink link;
    private final Census census;
    private final WatchHub hub;
    private final Samples samples;
    private final HttpApi http;
    private final MemberAnswers members;
    private final GrpcApi grpc;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * The API, not bound yet.
     *
     * @param node what it sees of its node
     * @param link stays open when this is closed: who made it closes it
     */
    public AdminServer(AdminSettings settings, AdminPorts node, GrpcMemberLink link) {
        this.settings = settings;
        this.ports = node.on(new AnswerThreads());
        this.link = link;
        census = new Census(ports, link);
        Admin admin = new Admin(ports, census);
        LeaderProbes probes = new LeaderProbes(ports, link);
        this.samples = new Samples(ports, link, Samples.INTERVAL);
        Doctor doctor = new Doctor(ports, census, link);
        Support support = new Support(ports, link, this::metrics);
        Restarts restarts = new Restarts(ports, census, link);
        Backups backups = new Backups(admin, ports, settings.version());
        this.hub = new WatchHub(ports, settings.limits().watchersMax());
        WaitingBytes waiting = new WaitingBytes(settings.limits().waitingBytesMax());
        Sessions sessions = new Sessions(ports.sessions(), ports.clock());
        Authenticator authenticator = new Authenticator(
                ports.state(), sessions, ports.clock(), settings.access().tls());
        this.http = new HttpApi(
                ports,
                admin,
                census,
                probes,
                samples,
                doctor,
                support,
                restarts,
                backups,
                hub,
                waiting,
                authenticator,
                sessions,
                settings.access(),
                settings.version(),
                settings.limits());
        this.members = new MemberAnswers(
                ports.calls(),
                ports.cedes(),
                ports.canHold(),
                ports.probes(),
                census,
                probes,
                samples,
                doctor,
                support,
                restarts);
        this.grpc = new GrpcApi(
                ports,
                admin,
                census,
                probes,
                samples,
                doctor,
                support,
                restarts,
                backups,
                hub,
                members,
                () -> link.olderMembers(ports.state().get().version()),
                waiting,
                authenticator,
                settings.access(),
                settings.limits().connectionsMax());
    }

    /**
     * Binds all addresses, or none; at most 10 s.
     *
     * @throws IOException with one line that names the address and what is wrong with it
     */
    public void start() throws IOException {
        try {
            http.start(settings.http());
            grpc.start(settings.grpc());
            if (settings.status() != null) {
                http.startStatus(settings.status());
            }
        } catch (IOException e) {
            close(Duration.ZERO);
            throw e;
        }
        link.follow(ports.state());
        samples.start();
    }

    private String metrics() {
        return http.metrics();
    }

    /** Answers other members, from now on and also while the API does not listen. */
    public MemberServer members() {
        return members;
    }

    /** Where the HTTP API listens. */
    public InetSocketAddress httpAddress() {
        return bound(settings.http(), http.port());
    }

    /** Where everybody may ask how the node is; null: nowhere. */
    public @Nullable InetSocketAddress statusAddress() {
        return settings.status() == null ? null : bound(settings.status(), http.statusPort());
    }

    /** Where the gRPC API listens. */
    public InetSocketAddress grpcAddress() {
        return bound(settings.grpc(), grpc.port());
    }

    private static InetSocketAddress bound(InetSocketAddress asked, int port) {
        return asked.getAddress() == null
                ? new InetSocketAddress(asked.getHostString(), port)
                : new InetSocketAddress(asked.getAddress(), port);
    }

    /** The paths of the HTTP API that are not for everybody, and the calls of gRPC: for tests that walk them all. */
    List<String> pathsAndCalls() {
        return Stream.concat(http.paths().stream(), grpc.calls().stream()).toList();
    }

    @Override
    public CompletionStage<List<String>> applied(long revision, Duration patience) {
        return census.applied(Awaited.of(revision), revision, patience)
                .thenApply(members -> members.stream()
                        .filter(member -> member.index() != null && member.missing())
                        .map(member -> member.member() + ": " + member.reason())
                        .toList());
    }

    /** Sends watchers elsewhere and takes no new gRPC calls. HTTP is still answered, so that probes see why. */
    public void drain() {
        if (draining.compareAndSet(false, true)) {
            hub.close();
            grpc.drain();
        }
    }

    /** Stops listening and ends everything; calls under way have {@code patience}. Returns at most 7 s after that. */
    public void close(Duration patience) {
        if (closed.compareAndSet(false, true)) {
            samples.close();
            drain();
            grpc.close(patience);
            http.close();
        }
    }

    /** Closes with a second of patience. */
    @Override
    public void close() {
        close(Duration.ofSeconds(1));
    }
}
