package io.weldr.node.checks;

import io.weldr.core.port.Finding;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MemberTls;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.NodeChecks;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.port.StatusSource;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.leader.vip.VirtualIps;
import io.weldr.leader.vip.VirtualIps.CannotHoldException;
import io.weldr.node.config.NodeConfig;
import io.weldr.raft.LogUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the settings, the machine and the files of this node. A part that blocks, as on a disk that hangs, holds up
 * no other part and no caller: each has a thread of its own, and one look at a time. Thread safe.
 */
public final class NodeExaminer implements NodeChecks, AutoCloseable {
    private static final String SYNCS = "raft_fsync_seconds";
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf");

    private final NodeConfig config;
    private final Sources sources;
    private final MachineFindings findings;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "weldr-checks");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Part> parts;

    /**
     * Where it looks.
     *
     * @param raft measures the log
     * @param fingerprints of the secret, the current one first
     * @param members by what this node proves who it is; null: by nothing
     */
    public record Sources(
            StatusSource status,
            MetricSource raft,
            Supplier<List<String>> fingerprints,
            Supplier<@Nullable MemberTls> members,
            InstantSource clock) {}

    public NodeExaminer(NodeConfig config, Sources sources) {
        this.config = config;
        this.sources = sources;
        this.findings = new MachineFindings(config.id());
        this.parts = List.of(
                new Part("the data folder " + config.dataDir(), this::disk),
                new Part("the interfaces of the virtual IPs", this::virtualIps),
                new Part("the process", this::process));
    }

    @Override
    public CompletionStage<NodeFacts> check(Duration patience) {
        List<CompletableFuture<List<Finding>>> looks =
                parts.stream().map(part -> part.look(patience)).toList();
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
                .thenApply(done -> new NodeFacts(
                        SharedSettings.of(config, sources.fingerprints().get()),
                        looks.stream().flatMap(look -> look.join().stream()).toList()));
    }

    /** Something to look at, on a thread of its own. Whoever asks meanwhile waits for the same look. */
    private final class Part {
        private final String what;
        private final Callable<List<Finding>> looking;
        private @Nullable CompletableFuture<List<Finding>> underWay; // guarded by this
        private long beganNanos; // guarded by this

        Part(String what, Callable<List<Finding>> looking) {
            this.what = what;
            this.looking = looking;
        }

        CompletableFuture<List<Finding>> look(Duration patience) {
            CompletableFuture<List<Finding>> look = begun();
            if (!look.isDone() && hangs(patience)) { // who waited for it would be kept until it ends
                return CompletableFuture.completedFuture(List.of(findings.unanswered(what, patience)));
            }
            return look.copy()
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> List.of(
                            failure instanceof TimeoutException
                                    ? findings.unanswered(what, patience)
                                    : findings.failed(
                                            what, failure.getCause() == null ? failure : failure.getCause())));
        }

        private synchronized boolean hangs(Duration patience) {
            return System.nanoTime() - beganNanos > patience.toNanos();
        }

        private synchronized CompletableFuture<List<Finding>> begun() {
            CompletableFuture<List<Finding>> before = underWay;
            if (before != null && !before.isDone()) {
                return before;
            }
            CompletableFuture<List<Finding>> look = new CompletableFuture<>();
            try {
                threads.execute(() -> {
                    try {
                        look.complete(looking.call());
                    } catch (Exception | Error e) {
                        look.completeExceptionally(e);
                    }
                });
            } catch (RejectedExecutionException e) {
                look.completeExceptionally(new IOException("the node is closing"));
            }
            underWay = look;
            beganNanos = System.nanoTime();
            return look;
        }
    }

    private List<Finding> disk() throws IOException {
        List<Finding> found = new ArrayList<>();
        Path folder = config.dataDir().toAbsolutePath().normalize();
        add(found, findings.diskSpace(folder, Files.getFileStore(folder).getUsableSpace()));
        add(
                found,
                findings.logGrowth(
                        LogUse.of(folder), sources.status().status().appliedIndex(), config.raftSnapshotEntries()));
        for (Measurement measurement : sources.raft().measure()) {
            if (measurement instanceof Measurement.Histogram syncs
                    && syncs.name().equals(SYNCS)) {
                add(found, findings.diskLatency(syncs, config.electionTimeoutMin()));
            }
        }
        return found;
    }

    private List<Finding> virtualIps() {
        List<Finding> found = new ArrayList<>();
        try {
            VirtualIps.check(config.virtualIp());
        } catch (CannotHoldException e) {
            String.valueOf(e.getMessage()).lines().forEach(line -> found.add(findings.virtualIp(line)));
        }
        for (VirtualIp address : config.virtualIp().addresses()) {
            if (address.isIpv6()) {
                String name = address.interfaceName();
                add(
                        found,
                        findings.ipv6(
                                address.address(), name, read(IPV6.resolve(name).resolve("disable_ipv6"))));
            }
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // the kernel does not tell
        }
    }

    private List<Finding> process() {
        List<Finding> found = new ArrayList<>();
        Machine machine = Machine.now();
        if (machine.openFilesMax() > 0) {
            add(
                    found,
                    findings.openFiles(
                            machine.openFiles(),
                            machine.openFilesMax(),
                            config.witness() ? 0 : config.limits().connectionsMax()));
        }
        add(
                found,
                findings.memory(
                        machine.heapMaxBytes(),
                        machine.directMaxBytes(),
                        machine.memoryBytes(),
                        machine.heapUsedBytes()));
        add(found, findings.insecure(config.insecure()));
        MemberTls members = sources.members().get();
        if (members != null) {
            X509Certificate own = own(members);
            if (own != null) {
                add(
                        found,
                        findings.memberCertificate(
                                own.getNotAfter().toInstant(), sources.clock().instant(), config.peerTls() != null));
            }
        }
        return found;
    }

    private static @Nullable X509Certificate own(MemberTls members) {
        String alias = members.keys().chooseEngineServerAlias("EC", null, null);
        X509Certificate[] chain = members.keys().getCertificateChain(alias);
        return chain == null || chain.length == 0 ? null : chain[0];
    }

    private static void add(List<Finding> to, Optional<Finding> found) {
        found.ifPresent(to::add);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
