package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http.Answer;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One node, a process of its own. Its ports and its folder stay the same over restarts. Confined to the test's thread.
 */
public final class TestNode implements AutoCloseable {
    private static final Set<Integer> TRY_AGAIN = Set.of(0, 503, 504); // 0: there was no answer in time
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Duration START_TIME_MAX = Duration.ofMinutes(2);

    private static final Duration ELECTION_TIMEOUT_MIN = Duration.ofMillis(500); // the default

    /**
     * On a machine that runs nine nodes on two processors a process waits for longer than on a server: a silent leader
     * is mostly a slow one.
     */
    private static final Duration ELECTION_TIMEOUT_MIN_BUSY = Duration.ofSeconds(1);

    private final String id;
    private final Path folder;
    private final Host host;
    private final int proxyPort;
    private final int adminPort;
    private final int grpcPort;
    private final int raftPort;
    private @Nullable Path otherClasses;
    private Map<String, String> environment = Map.of();
    private @Nullable Process process;
    private int starts;

    TestNode(String id, Path folder, Host host) {
        this.id = id;
        this.folder = folder;
        this.host = host;
        proxyPort = host.ownNetwork() ? 8080 : Ports.free();
        adminPort = host.ownNetwork() ? 8687 : Ports.free();
        grpcPort = host.ownNetwork() ? 8787 : Ports.free();
        raftPort = host.ownNetwork() ? 9687 : Ports.free();
    }

    public String id() {
        return id;
    }

    public Host host() {
        return host;
    }

    public String raftAddress() {
        return host.address() + ":" + raftPort;
    }

    public String grpcAddress() {
        return host.address() + ":" + grpcPort;
    }

    public String adminAddress() {
        return host.address() + ":" + adminPort;
    }

    public String proxyUrl() {
        return "http://" + host.address() + ":" + proxyPort;
    }

    public String adminUrl() {
        return "http://" + host.address() + ":" + adminPort;
    }

    public Path dataDir() {
        return folder.resolve("data");
    }

    public Path outputFile() {
        return folder.resolve("output-" + starts + ".log");
    }

    /** After how long a silence of the leader a node may stand for election. */
    public static Duration electionTimeoutMin() {
        boolean promisesAreAsserted = Boolean.getBoolean(Patience.PROMISES_PROPERTY);
        return measured() || promisesAreAsserted ? ELECTION_TIMEOUT_MIN : ELECTION_TIMEOUT_MIN_BUSY;
    }

    private static boolean measured() {
        return Shipped.measured();
    }

    /** Starts the process with these arguments in place of the cluster's; a later one wins. Does not wait for it. */
    public void launch(String... arguments) {
        launch(List.of(arguments));
    }

    /** From its next start on it runs these classes in place of those of their names; null: this version as it is. */
    public void runs(@Nullable Path classes) {
        otherClasses = classes;
    }

    /** From its next start on it has these variables in its environment, beside those of the test. */
    public void environment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
    }

    /**
     * Runs a command of {@code weldr} to its end, with the settings of this node and these arguments: what an operator
     * does while the node is stopped.
     */
    Weldrctl.Result offline(List<String> command, List<String> arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(settings());
        all.addAll(arguments);
        return Weldrctl.run(null, Shipped.weldr(host.enter(), otherClasses, all));
    }

    /** Runs a command of {@code weldr} to its end that needs no settings. */
    public static Weldrctl.Result weldr(String... command) {
        return Weldrctl.run(null, Shipped.weldr(List.of(), null, List.of(command)));
    }

    /** Removes its disk. It does not run. */
    public void wipe() {
        assertThat(isAlive()).as(id + " runs").isFalse();
        try (Stream<Path> all = Files.walk(dataDir())) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> settings() {
        List<String> command = new ArrayList<>(List.of(
                "--id",
                id,
                "--data-dir",
                dataDir().toString(),
                "--proxy-address",
                // In a network of its own: also at the virtual IP, when that comes.
                (host.ownNetwork() ? "0.0.0.0" : host.address()) + ":" + proxyPort,
                "--admin-address",
                host.address() + ":" + adminPort,
                "--grpc-address",
                grpcAddress(),
                "--raft-address",
                raftAddress()));
        if (!measured()) {
            Duration least = electionTimeoutMin();
            command.addAll(List.of(
                    "--election-timeout",
                    least.toMillis() + "ms-" + least.multipliedBy(2).toMillis() + "ms"));
        }
        if (host.ownNetwork()) {
            command.addAll(List.of("--advertise-host", host.address(), "--insecure"));
        }
        return command;
    }

    /** Starts the process; does not wait for it. */
    void launch(List<String> arguments) {
        List<String> command = settings();
        command.addAll(arguments);
        starts++;
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = Shipped.weldr(host.enter(), otherClasses, command)
                    .redirectErrorStream(true)
                    .redirectOutput(outputFile().toFile());
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ports that it was told to listen at. */
    public Set<Integer> ports() {
        return Set.of(proxyPort, adminPort, grpcPort, raftPort);
    }

    /** The ports that its process listens at, as its kernel tells (Linux); none if it does not run. */
    public Set<Integer> listensAt() {
        return isAlive() ? Sockets.listening(process()) : Set.of();
    }

    /** How many connections its process has to the Raft port of that node, as its kernel tells (Linux). */
    public int connectionsTo(TestNode other) {
        return isAlive() ? Sockets.connectedTo(process(), other.raftPort) : 0;
    }

    public Process process() {
        assertThat(process).as("process of %s", id).isNotNull();
        return java.util.Objects.requireNonNull(process);
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public void awaitReady() {
        awaitReady(List.of(this));
    }

    /** The same, as long as all of those run: it may need one of them, as at the beginning, when it waits for all. */
    void awaitReady(List<TestNode> needed) {
        await("readiness of " + id)
                .atMost(START_TIME_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> assertThat(needed)
                        .allSatisfy(node ->
                                assertThat(node.isAlive()).as(node::account).isTrue()))
                .until(() -> Http.get(adminUrl() + "/readyz").status() == 200);
    }

    /** Has it write what each of its threads does. */
    public void dumpThreads() {
        if (isAlive()) {
            signal("QUIT");
        }
    }

    /** How it is, for people. */
    String account() {
        return id + (isAlive() ? " runs" : " does not run") + "; it wrote: " + output() + holderOfItsPort();
    }

    /** Who has the port that it could not have: nobody should, see {@link Ports}. */
    private String holderOfItsPort() {
        if (!output().contains("already in use")) {
            return "";
        }
        try {
            return Stream.of(proxyPort, adminPort, grpcPort, raftPort)
                    .map(port -> Run.program("ss", "-Htanp", "sport = :" + port))
                    .collect(Collectors.joining("\n", "\nsockets at its ports:\n", ""));
        } catch (UncheckedIOException | IllegalStateException e) {
            return "\nsockets at its ports: not known, " + e.getMessage();
        }
    }

    /** kill -9 */
    public void kill() {
        process().destroyForcibly();
        awaitExit();
    }

    /** SIGSTOP: it stays there, but does nothing. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT */
    public void resume() {
        signal("CONT");
    }

    /** SIGTERM; returns the exit code. */
    public int terminate() {
        process().destroy();
        return awaitExit();
    }

    public int awaitExit() {
        try {
            assertThat(process().waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .as("%s ended: %s", id, output())
                    .isTrue();
            return process().exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Sends it a signal, by its name without SIG. */
    public void signal(String name) {
        Run.program("kill", "-" + name, Long.toString(process().pid()));
    }

    /** Everything that it wrote since its latest start. */
    public String output() {
        try {
            return Files.readString(outputFile());
        } catch (IOException e) {
            return "(no output: " + e + ")";
        }
    }

    /** Adds an origin, as in {@code curl node/servers -d '{"url": ...}'}. */
    public Answer add(String url) {
        return addAt("/servers", url);
    }

    /** The same, and waits until all nodes have it. */
    public Answer addEverywhere(String url) {
        return addAt("/servers?wait=applied", url);
    }

    private Answer addAt(String path, String url) {
        String[] once = {"Idempotency-Key", UUID.randomUUID().toString()};
        return answered(() -> Http.post(adminUrl() + path, body(url), once));
    }

    /** The same, without another attempt if there is no leader just now. */
    public Answer addOnce(String url) {
        return Http.post(adminUrl() + "/servers", body(url));
    }

    private static String body(String url) {
        return "{\"url\":\"" + url + "\"}";
    }

    /** Takes all origins out, and has the pool's health policy as it was at first. */
    void emptyPool() {
        String pool = adminUrl() + "/v1/pools/default";
        Answer policy = answered(() -> Http.put(pool + "/health", "{}"));
        assertThat(policy.status()).as("%s", policy).isEqualTo(200);
        for (String server : servers()) {
            String id = server.substring("http://".length(), server.indexOf(' '));
            Answer removed = answered(() -> Http.delete(pool + "/origins/" + id));
            // It is gone after an attempt of which nobody knew the outcome.
            assertThat(removed.status()).as("%s", removed).isIn(200, 404);
        }
    }

    /** Changes the pool's health policy by these fields. */
    public void patchHealth(String fields) {
        Answer answer = answered(() -> Http.patch(adminUrl() + "/v1/pools/default/health", fields));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    /** Has a member taken out, by way of this node; {@code query} is empty or begins with a question mark. */
    public void removeMember(String member, String query) {
        Answer answer = answered(() -> Http.delete(adminUrl() + "/v1/cluster/members/" + member + query));
        // It is gone after an attempt of which nobody knew the outcome.
        assertThat(answer.status()).as("%s", answer).isIn(200, 404);
    }

    /** What a client does that is told to try again: a starved machine may elect a leader at any moment. */
    static Answer answered(Supplier<Answer> call) {
        long deadline = System.nanoTime() + Patience.PATIENCE.toNanos();
        Answer answer = call.get();
        while (safeToRetry(answer) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE.toNanos());
            answer = call.get();
        }
        return answer;
    }

    /** An attempt of unknown outcome may still be under way when the next one is refused for that reason, with 409. */
    private static boolean safeToRetry(Answer answer) {
        return TRY_AGAIN.contains(answer.status()) || answer.body().contains("\"retryAfterSeconds\"");
    }

    /** The pool by the linearizable read: url to state. Fails the test if there is no answer. */
    public List<String> servers() {
        Answer answer = answered(() -> Http.get(adminUrl() + "/servers"));
        assertThat(answer.status()).as("GET /servers on %s: %s", id, answer).isEqualTo(200);
        return entries(answer);
    }

    /** The pool as this node has it, without asking anybody. */
    public List<String> localServers() {
        Answer answer = Http.get(adminUrl() + "/servers?consistency=stale");
        assertThat(answer.status()).as("GET /servers on %s: %s", id, answer).isEqualTo(200);
        return entries(answer);
    }

    private static List<String> entries(Answer answer) {
        TreeSet<String> entries = new TreeSet<>();
        for (JsonNode server : answer.json().path("servers")) {
            entries.add(server.path("url").asText() + " " + server.path("state").asText());
        }
        return List.copyOf(entries);
    }

    /** The names of those whose votes count, as this node tells. */
    public List<String> voters() {
        TreeSet<String> voters = new TreeSet<>();
        for (JsonNode member :
                Http.get(adminUrl() + "/v1/cluster/members").json().path("members")) {
            if (member.path("voter").asBoolean()) {
                voters.add(member.path("id").asText());
            }
        }
        return List.copyOf(voters);
    }

    public boolean isReady() {
        return isAlive() && Http.get(adminUrl() + "/readyz").status() == 200;
    }

    public boolean isLeader() {
        return isAlive() && Http.get(adminUrl() + "/leader").status() == 200;
    }

    /** Files of the Raft log and snapshots, by name. */
    public List<String> raftFiles() {
        if (!Files.isDirectory(dataDir())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(dataDir())) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toFile)
                    .map(File::getName)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }
}
