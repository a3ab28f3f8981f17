package io.weldr.node.lifecycle;

import io.weldr.api.AdminServer;
import io.weldr.api.AdminSettings;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.CertificateIntake;
import io.weldr.api.grpc.GrpcMemberLink;
import io.weldr.api.http.HttpLimits;
import io.weldr.core.Check;
import io.weldr.core.health.Opinion;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.ProcessControl;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.leader.acme.AcmeCertificates;
import io.weldr.leader.acme.TlsAlpnCertificates;
import io.weldr.leader.health.HealthChecks;
import io.weldr.leader.vip.AskedRivals;
import io.weldr.leader.vip.Rivals;
import io.weldr.leader.vip.Successors;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.leader.vip.VirtualIps;
import io.weldr.leader.vip.VirtualIps.CannotHoldException;
import io.weldr.node.checks.NodeExaminer;
import io.weldr.node.checks.NodeTexts;
import io.weldr.node.config.ListenAddress;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.NodeConfig.OnRemoval;
import io.weldr.node.tracing.TraceExport;
import io.weldr.proxy.ProxyServer;
import io.weldr.proxy.ProxySettings;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.trace.Tracing;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.raft.RaftCluster;
import io.weldr.raft.RaftCluster.Farewell;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: consensus, proxy and API, and the duties of a leader. They start in the order in which they need each other
 * and stop in the order in which others need them. {@link #start} and {@link #stop} once each, from any thread; both
 * block.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** What this node calls itself in Via. One name for all nodes: which one it was is nobody's business outside. */
    private static final String VIA_NAME = "weldr";

    private static final String PROXY_ADDRESS = "proxy-address";

    /** Letting go takes milliseconds; a node that stops waits no longer than the kernel keeps the address. */
    private static final long RETIRE_MILLIS_MAX = 2_000;

    /** A worker that has not run for as long hangs: pauses of the garbage collector are below a second. */
    private static final Duration WORKER_SILENCE_MAX = Duration.ofSeconds(10);

    private final NodeConfig config;
    private final String version;
    private final Addresses addresses;
    private final NodeSecret secret;
    private final GrpcMemberLink link;
    private final RaftCluster raft;
    private final NameResolver names = new NameResolver(); // one: probes and traffic go to the same addresses
    private final ProxyServer proxy;
    private final NodeApi api;
    private final AdminServer admin;
    private final HealthChecks health;
    private final NodeExaminer examiner;
    private final AcmeCertificates acme;
    private final @Nullable LogFile accessLogFile;
    private final @Nullable AccessLog accessLog;
    private final @Nullable TraceExport traces;
    private final Duties duties = new Duties();
    private volatile @Nullable VirtualIps virtualIps;
    private volatile @Nullable Member self;
    private volatile boolean stopping;
    private final Object lifecycle = new Object(); // held while the parts start, and while they stop
    private boolean closed; // guarded by lifecycle
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final Restart restart;

    /** Why a node ends by itself. */
    public enum End {
        /** It was taken out of its cluster. */
        LEFT,
        /** It was asked to restart. */
        RESTART
    }

    /**
     * @param serviceManager which service manager starts the process again once it has ended; null: none
     * @throws IOException the access log cannot be opened
     */
    public Node(NodeConfig config, String version, @Nullable String serviceManager) throws IOException {
        this.config = config;
        this.version = version;
        restart = new Restart(
                new ProcessControl.Facts(
                        Instant.now().truncatedTo(ChronoUnit.MILLIS), version, serviceManager, config.drainTimeout()),
                this::beginRestart);
        addresses = new Addresses(config);
        secret = new NodeSecret(config);
        link = new GrpcMemberLink();
        raft = new RaftCluster(ConsensusSettings.of(config, secret), link, List.of(duties), secret::members);
        health = new HealthChecks(
                raft.state(),
                raft,
                new SecureRandom(),
                names,
                null,
                secret,
                config.id(),
                link,
                raft::handOver,
                version);
        if (probes()) {
            duties.add(health);
        }
        accessLogFile = openAccessLogFile(config.accessLog());
        accessLog = openAccessLog();
        NodeConfig.TraceSettings tracing = config.tracing();
        traces = tracing == null
                ? null
                : TraceExport.to(tracing.endpoint(), config.id().value(), version);
        proxy = new ProxyServer(proxySettings(), raft.state(), names);
        acme = NodeAcme.duty(config, raft, secret, this::applied, version);
        duties.add(acme);
        api = new NodeApi(config, secret, raft.state());
        examiner = new NodeExaminer(
                config,
                new NodeExaminer.Sources(this::status, raft, secret::fingerprints, secret::members, Clock.systemUTC()));
        ListenAddress status = config.api().statusAddress();
        admin = new AdminServer(
                new AdminSettings(
                        config.adminAddress().socketAddress(),
                        config.grpcAddress().socketAddress(),
                        status == null ? null : status.socketAddress(),
                        api.access(),
                        version,
                        HttpLimits.DEFAULT),
                new AdminPorts(
                        raft,
                        raft.state(),
                        this::status,
                        raft.membership(),
                        proxy,
                        proxy,
                        proxy,
                        proxy,
                        new CertificateIntake(secret, config.acmeDirectory()),
                        proxy.sentHeads(),
                        health,
                        List.of(raft, proxy, health, acme, this::measureVirtualIps, this::measureTraces),
                        raft,
                        this::cede,
                        this::canHold,
                        probes() ? health : Node::noOpinion,
                        this::unready,
                        this::stuck,
                        () -> self,
                        this::virtualIpStatus,
                        examiner,
                        new NodeTexts(config, version),
                        restart,
                        raft,
                        secret.sessions(),
                        Clock.tickMillis(ZoneOffset.UTC)),
                link);
        link.askAt(raft.memberPort());
        raft.answerMembers(admin.members());
    }

    /**
     * Whether this node may say how origins are. A witness often stands at a site of its own: that it does not reach an
     * origin says nothing about the nodes that proxy. If it leads for a moment, verdicts stay as they are.
     */
    private boolean probes() {
        return !config.witness() || config.witnessProbes();
    }

    private CompletionStage<List<String>> applied(long revision, Duration patience) {
        return admin.applied(revision, patience);
    }

    private static CompletionStage<Opinion> noOpinion(ProbeQuestion question) {
        return CompletableFuture.failedFuture(new GatewayException(
                GatewayException.Kind.UNAVAILABLE, "this node is a witness, and witness-probes is not set"));
    }

    private ProxySettings proxySettings() {
        return ProxySettings.builder()
                .address(config.proxyAddress().socketAddress())
                .workers(config.workers())
                .transport(config.transport())
                .limits(config.limits())
                .listenerAllow(config.listenerAllow())
                .ownAddresses(ownAddresses())
                .drainTimeout(config.drainTimeout())
                .viaName(VIA_NAME)
                .trustedPeers(config.trustedPeers())
                .forwarding(config.forwarded())
                .traceAllowed(config.allowTrace())
                .whenAllDown(config.whenAllDown())
                .tokens(secret)
                .keySeal(secret)
                .ticketKeys(secret)
                .challengeCertificates(new TlsAlpnCertificates(Clock.systemUTC()))
                .accessLog(accessLog)
                .tracing(tracing())
                .build();
    }

    private @Nullable Tracing tracing() {
        NodeConfig.TraceSettings tracing = config.tracing();
        return tracing == null || traces == null
                ? null
                : new Tracing(tracing.sample(), traces, config.accessLogRedaction());
    }

    private List<Measurement> measureTraces() {
        return traces == null ? List.of() : traces.measure();
    }

    private static @Nullable LogFile openAccessLogFile(@Nullable String where) throws IOException {
        if (where == null || where.equals("-")) {
            return null;
        }
        try {
            return new LogFile(Path.of(where));
        } catch (IOException e) {
            throw new IOException("access log " + where + " cannot be written: " + e.getMessage(), e);
        }
    }

    private @Nullable AccessLog openAccessLog() {
        if (config.accessLog() == null) {
            return null;
        }
        OutputStream out = accessLogFile == null ? System.out : accessLogFile;
        return new AccessLog(config.accessLogFormat(), config.accessLogRedaction(), out);
    }

    /**
     * A signal came that some daemons take for "open your logs again". The access log and the audit log go on with the
     * files that have their names now: a program that rotates logs has renamed the others. Whatever happens is said in
     * the log. Any thread; blocks while a line is written.
     *
     * @param signal as in SIGHUP
     */
    public void reopenLogs(String signal) {
        secret.lookNow(); // an operator who has replaced it need not wait for the next look
        Map<String, LogFile> files = new LinkedHashMap<>();
        if (accessLogFile != null) {
            files.put("access log", accessLogFile);
        }
        LogFile audit = api.auditFile();
        if (audit != null) {
            files.put("audit log", audit);
        }
        if (files.isEmpty()) {
            LOG.info(
                    "{} is ignored: there is no log file to open again (to change the configuration, restart the node)",
                    signal);
        }
        files.forEach((name, file) -> reopen(name, file, signal));
    }

    private static void reopen(String name, LogFile file, String signal) {
        try {
            file.reopen();
            LOG.info("{}: opened the {} {} again", signal, name, file.path());
        } catch (IOException e) {
            LOG.error(
                    "{}: the {} {} cannot be opened again: {} (lines go to the file that was open; mend that and send"
                            + " {} again)",
                    signal,
                    name,
                    file.path(),
                    e.getMessage(),
                    signal);
        }
    }

    /**
     * Starts everything, or nothing: traffic flows when this returns, with the state that the disk holds; there may be
     * no leader yet. If the node is told to stop meanwhile, it stops, and this returns.
     *
     * @throws IOException with one line that names what is in the way; {@link RemovedException} if it was taken out of
     *     its cluster and is not to idle; {@link io.weldr.trust.SecretException} if the file of its secret cannot be
     *     used
     */
    public void start() throws IOException {
        synchronized (lifecycle) {
            if (!stopping) {
                startParts();
            }
        }
    }

    private void startParts() throws IOException {
        boolean removed; // when it started: from then on it may be told at any moment, which the last lines see to
        try {
            FreePorts.check(ports());
            checkVirtualIps();
            secret.open(proxy::tokensChanged);
            api.open();
            raft.start();
            removed = raft.removed();
            if (removed && config.onRemoval() == OnRemoval.EXIT) {
                throw new RemovedException(farewell().line());
            }
            if (stopping) {
                return; // stop() is waiting, and closes what is there
            }
            // Not before the data folder and the raft port are known to be this node's alone.
            if (proxies(removed)) {
                proxy.start();
            }
            admin.start();
            holdVirtualIps();
        } catch (IOException | RuntimeException e) {
            close(Duration.ZERO);
            closed = true;
            throw e;
        }
        Member member = new Member(
                config.id(),
                addresses.raft(),
                addresses.reachable(config.adminAddress(), admin.httpAddress()),
                addresses.reachable(config.grpcAddress(), admin.grpcAddress()),
                proxies(removed) ? addresses.reachable(config.proxyAddress(), proxy.boundAddress()) : null,
                version,
                ClusterVersion.SUPPORTED);
        self = member;
        if (removed) {
            LOG.warn("{}: idle", farewell().line());
            return;
        }
        raft.announce(member, new NodeRules(addresses.own(member), secret.available()));
        raft.farewell().thenAcceptAsync(this::leave, task -> new Thread(task, "weldr-leave").start());
        LOG.info(
                "weldr {} node {}: proxy on {}, admin on {} (http) and {} (grpc), raft on {}, data in {}",
                version,
                config.id(),
                config.witness() ? "nothing, a witness" : member.proxy(),
                member.admin(),
                member.grpc(),
                member.raft(),
                config.dataDir().toAbsolutePath().normalize());
    }

    private Map<String, ListenAddress> ports() {
        Map<String, ListenAddress> ports = new LinkedHashMap<>();
        if (!config.witness()) {
            ports.put(PROXY_ADDRESS, config.proxyAddress());
        }
        ports.put("admin-address", config.adminAddress());
        ports.put("grpc-address", config.grpcAddress());
        ports.put("raft-address", config.raftAddress());
        ListenAddress status = config.api().statusAddress();
        if (status != null) {
            ports.put("status-address", status);
        }
        return ports;
    }

    /**
     * Where this node listens for its own needs. The listener {@code default} shares its port with whoever is more
     * specific.
     */
    private Map<String, InetSocketAddress> ownAddresses() {
        Map<String, InetSocketAddress> own = new LinkedHashMap<>();
        ports().forEach((setting, address) -> {
            if (!setting.equals(PROXY_ADDRESS) && address.port() != 0) {
                own.put(setting, address.socketAddress());
            }
        });
        return own;
    }

    /** Whether clients are to be served: not by a witness, and not by a node that is no member any more. */
    private boolean proxies(boolean removed) {
        return !config.witness() && !removed;
    }

    private Farewell farewell() {
        return raft.farewell().toCompletableFuture().join(); // it is there by now
    }

    /**
     * This node was taken out of its cluster: it is not ready any more, goes on proxying until whoever sends it
     * requests has noticed, finishes what is under way, and ends or idles.
     */
    private void leave(Farewell farewell) {
        Duration asked = farewell.drain();
        Duration drain = config.witness() ? Duration.ZERO : asked != null ? asked : config.drainTimeout();
        LOG.warn(
                "{}; it proxies for another {}, then {}",
                farewell.line(),
                Check.text(drain),
                config.onRemoval() == OnRemoval.EXIT ? "ends" : "idles");
        await(retireVirtualIps());
        try {
            TimeUnit.NANOSECONDS.sleep(drain.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!config.witness()) {
            drain();
            proxy.close();
        }
        LOG.warn("no member any more: {}", config.onRemoval() == OnRemoval.EXIT ? "ending" : "idle");
        if (config.onRemoval() == OnRemoval.EXIT) {
            end.complete(End.LEFT);
        }
    }

    /** Whether the node was not stopping before. Its process ends, and the hook of the process stops it. */
    private boolean beginRestart(String by) {
        if (stopping || !end.complete(End.RESTART)) {
            return false;
        }
        stopping = true;
        LOG.info("restart requested by {}: stopping, for {} to start the process again", by, restart.manager());
        return true;
    }

    /** Blocks until this node is to end by itself, maybe for ever. */
    public End awaitEnd() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing fails here", e);
        }
    }

    /** Why this node ends by itself; null: it does not. */
    public @Nullable End end() {
        return end.getNow(null);
    }

    /**
     * Holds the virtual IPs from now on while this node leads. Only now: a second process on this machine, started by
     * mistake, must not take away what the first one holds, and it does not get past the data folder and the ports.
     */
    private void holdVirtualIps() throws IOException {
        VirtualIpSettings settings = config.virtualIp();
        if (settings.equals(VirtualIpSettings.none())) {
            return;
        }
        try {
            Rivals rivals =
                    new AskedRivals(raft, this::askToCede, raft::died, Executors.newCachedThreadPool(Node::daemon));
            VirtualIps opened = VirtualIps.open(
                    settings, config.id(), raft, rivals, new OtherMembers(), config.electionTimeoutMin());
            virtualIps = opened;
            duties.add(opened);
        } catch (CannotHoldException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Before anything starts: what holding would need. Nothing is changed. */
    private void checkVirtualIps() throws IOException {
        try {
            VirtualIps.check(config.virtualIp());
        } catch (CannotHoldException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "weldr-rivals");
        thread.setDaemon(true);
        return thread;
    }

    private CompletionStage<Boolean> askToCede(MemberId id, long term) {
        Member member = raft.state().get().members().get(id);
        return member == null
                ? CompletableFuture.failedFuture(new IOException("the address of " + id + " is not known"))
                : link.cede(member, term, Duration.ofMillis(Rivals.ANSWER_MILLIS_MAX));
    }

    private @Nullable VirtualIpStatus virtualIpStatus() {
        VirtualIps held = virtualIps;
        return held == null ? null : held.virtualIpStatus();
    }

    private CompletionStage<Boolean> cede(long term) {
        VirtualIps held = virtualIps;
        // Before it is ready to hold, this node does not know what it may still come to hold for an earlier term.
        return held != null
                ? held.cede(term)
                : CompletableFuture.completedFuture(
                        config.virtualIp().addresses().isEmpty());
    }

    private boolean canHold() {
        VirtualIps held = virtualIps;
        return held != null && held.canHold();
    }

    /** Who may hold the virtual IPs in place of this node. */
    private final class OtherMembers implements Successors {
        @Override
        public CompletionStage<Boolean> canHold(MemberId id) {
            Member member = raft.state().get().members().get(id);
            return member == null
                    ? CompletableFuture.failedFuture(new IOException("the address of " + id + " is not known"))
                    : link.canHold(member, Duration.ofMillis(Successors.ANSWER_MILLIS_MAX));
        }

        @Override
        public CompletionStage<Boolean> handOver(MemberId id) {
            return raft.handOver(id);
        }
    }

    /** How this node sees its cluster, with all that troubles it. Any thread. */
    private ClusterStatus status() {
        ClusterStatus status = raft.status();
        VirtualIps held = virtualIps;
        String trouble = held == null ? null : held.trouble();
        return trouble == null
                ? status
                : status.withTrouble(status.trouble() == null ? trouble : status.trouble() + "; " + trouble);
    }

    private List<Measurement> measureVirtualIps() {
        VirtualIps held = virtualIps;
        return held == null ? List.of() : held.measure();
    }

    /** Begins to let go. Returns at once; whoever leads next is told when the addresses are gone. */
    private CompletableFuture<Void> retireVirtualIps() {
        VirtualIps held = virtualIps;
        return held == null
                ? CompletableFuture.completedFuture(null)
                : held.retire().toCompletableFuture();
    }

    private static void await(CompletableFuture<Void> virtualIpsGone) {
        try {
            virtualIpsGone.get(RETIRE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The virtual IPs were not let go of in time; the kernel takes them", e);
        }
    }

    /** What {@code /livez} answers 503 with. Consensus does not count: traffic flows without it. */
    private @Nullable String stuck() {
        Duration silence = proxy.workerSilence();
        return silence.compareTo(WORKER_SILENCE_MAX) < 0
                ? null
                : "a worker of the proxy has not run for " + silence.toSeconds() + " s";
    }

    /** How this node is now. Any thread. */
    public NodeReport report() {
        return new NodeReport(self != null, unready(), status(), proxy.connectionsOpen());
    }

    /**
     * For how long the most silent event loop of the proxy has not run; see {@link ProxyServer#workerSilence}. Never
     * blocks.
     */
    public Duration workerSilence() {
        return proxy.workerSilence();
    }

    /** Why clients are not to be sent here, which {@code /readyz} answers and the service manager is told. */
    private List<String> unready() {
        List<String> reasons = new ArrayList<>();
        if (self == null) {
            reasons.add("the node is starting");
        }
        if (stopping) {
            reasons.add(end() == End.RESTART ? "the node restarts" : "the node is stopping");
        }
        if (raft.removed()) {
            reasons.add(farewell().line());
        }
        ClusterStatus status = raft.status();
        if (!raft.removed() && !raft.holdsState()) {
            // It has no pool yet, not even an old one: whatever it were sent would be answered 503.
            reasons.add((status.role() == Role.WAITING
                            ? "the node belongs to no cluster yet"
                            : "the node does not have the state of its cluster")
                    + (status.trouble() == null ? "" : ": " + status.trouble()));
        } else if (!raft.removed() && !raft.comparedWithLeader()) {
            reasons.add("the node has started with the state of its disk, and waits to hear of its leader");
        }
        String outdone = raft.outdone();
        if (outdone != null) {
            reasons.add("another member is ready, and " + outdone);
        }
        return reasons;
    }

    /**
     * Stops, whether it runs or is starting: first it is not ready any more, then leadership moves while exchanges
     * under way finish, then everything closes. Takes at most the drain timeout and some ten seconds; while the node is
     * starting, also until the part that is starting is up.
     */
    public void stop() {
        stopping = true;
        synchronized (lifecycle) {
            if (!closed) {
                closed = true;
                stopParts();
            }
        }
    }

    private void stopParts() {
        LOG.info("stopping: transferring leadership, finishing exchanges under way");
        // Leadership goes first. Until it has moved the address stays, and the proxy takes whatever comes to it: else
        // nobody would answer while the others agree on an heir.
        raft.resign(); // for good: while it drains it would lead without the address
        await(retireVirtualIps());
        drain();
        close(Duration.ofSeconds(1));
        LOG.info("stopped");
    }

    private void drain() {
        if (!proxy.drain(config.drainTimeout())) {
            LOG.warn("exchanges that were still under way after {} were cut off", Check.text(config.drainTimeout()));
        }
    }

    private void close(Duration patience) {
        // Consensus takes half a second to close. Meanwhile the successor may ask whether the address is free; with
        // nobody to answer
        // it would have to wait until it can tell that this node is gone.
        raft.close();
        admin.close(patience);
        api.close();
        proxy.close();
        if (accessLog != null) {
            accessLog.close();
        }
        if (traces != null) {
            traces.close();
        }
        VirtualIps held = virtualIps;
        if (held != null) {
            held.close();
        }
        examiner.close();
        acme.close();
        health.close();
        secret.close();
        names.close();
        link.close();
    }
}
