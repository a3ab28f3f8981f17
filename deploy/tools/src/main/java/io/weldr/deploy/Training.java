package io.weldr.deploy;

import io.weldr.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a node does in its life, done once in front of a JVM that records which classes it loads and which methods are
 * hot. A cluster of three forms and takes changes. Then n1 starts again, from its data, and is recorded: it catches up,
 * proxies each framing, in the clear and over TLS, answers the API and gRPC, takes a snapshot, leads, hands over, loses
 * a leader, and stops. A capability whose first use should be fast belongs in here.
 */
final class Training implements AutoCloseable {
    /** So few entries between snapshots that the recorded node takes one. */
    private static final int SNAPSHOT_ENTRIES = 40;

    private static final int ROUNDS_OF_CHANGES = 20;
    private static final int ROUNDS_OF_QUESTIONS = 20;

    /** For what is not recorded: fast to start. */
    private static final String UNRECORDED = "-XX:TieredStopAtLevel=1";

    /** What weldrctl does before {@code servers ls} in the one process that is recorded. */
    private static final String TRAINED_COMMANDS =
            "pools+ls,routes+get+default,listeners+ls,explain+http://shop.example/";

    private static final List<String> PAGES = List.of(
            "/",
            "/servers",
            "/stats",
            "/stats/detail",
            "/cluster",
            "/livez",
            "/readyz",
            "/readyz?verbose",
            "/metrics",
            "/v1/pools",
            "/v1/pools/default",
            "/v1/pools/default/origins",
            "/v1/pools/default/health",
            "/v1/listeners",
            "/v1/routes/default",
            "/v1/certificates",
            "/v1/explain?url=http://shop.example/",
            "/v1/cluster/members",
            "/v1/history");

    private final Path weldr;
    private final Path folder;
    private final String record;
    private final String ending;
    private final TrainedNode recorded = new TrainedNode("n1");
    private final TrainedNode killed = new TrainedNode("n2");
    private final TrainedNode third = new TrainedNode("n3");
    private final List<TrainedNode> nodes = List.of(recorded, killed, third);
    private final List<Program> servers = new ArrayList<>();
    private final int securePort = Ports.free();

    /**
     * @param weldr the folder of the distribution
     * @param folder where data and logs of the training go; empty
     * @param record the option that has a JVM record when it ends, up to the name of the file:
     *     {@code -XX:AOTCacheOutput=}
     * @param ending of the files that are recorded, which are {@code lib/weldr} and {@code lib/weldrctl} with this
     *     ending: {@code .aot}
     */
    Training(Path weldr, Path folder, String record, String ending) {
        this.weldr = weldr;
        this.folder = folder;
        this.record = record;
        this.ending = ending;
    }

    /**
     * Goes through it all.
     *
     * @throws IOException something did not go as it does; the message names the log
     */
    void run() throws IOException {
        try (SecureTraffic secure = new SecureTraffic(securePort)) {
            run(secure);
        }
    }

    private void run(SecureTraffic secure) throws IOException {
        makeSecret();
        List<String> origins = List.of(testServer("a"), testServer("b"));
        for (TrainedNode node : nodes) {
            start(node, UNRECORDED);
        }
        for (TrainedNode node : nodes) {
            awaitReady(node);
        }
        change(killed, origins);
        listenWithTls(killed, secure);
        recorded.stop();

        start(recorded, record + "lib/weldr" + ending);
        awaitReady(recorded);
        lead(recorded);
        new Traffic(recorded.proxyAddress()).run();
        secure.run();
        ask(recorded);
        administer(recorded);
        change(recorded, origins);
        lead(killed);
        new Traffic(recorded.proxyAddress()).run();
        secure.run();
        killed.kill();
        until("another node leads", () -> recorded.leads() || third.leads());
        change(recorded, origins);
        start(killed, UNRECORDED);
        awaitReady(killed);
        lead(recorded);
        recorded.stop();
    }

    private void start(TrainedNode node, String javaOptions) throws IOException {
        node.start(
                weldr,
                folder,
                nodes.stream().map(TrainedNode::peer).toList(),
                javaOptions,
                "--raft-snapshot-entries",
                Integer.toString(SNAPSHOT_ENTRIES),
                "--secret-file",
                secret().toString(),
                "--listener-allow", // on one machine only one node can have the listener of TLS
                node == recorded ? Integer.toString(securePort) : "1");
    }

    private Path secret() {
        return folder.resolve("secret");
    }

    /** The secret of the cluster. It protects nothing. */
    private void makeSecret() throws IOException {
        Path file = Files.createFile(
                secret(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "0123456789abcdef".repeat(4));
    }

    /** Starts one; returns its URL. */
    private String testServer(String name) throws IOException {
        String address = "127.0.0.1:" + Ports.free();
        servers.add(Program.start(
                weldr,
                List.of(weldr.resolve("bin/weldr-testserver").toString(), "--address", address, "--name", name),
                Map.of("WELDR_JAVA_OPTS", UNRECORDED),
                folder.resolve("server-" + name + ".log")));
        return "http://" + address;
    }

    /** Adds, changes and removes an origin again and again; at the end the pool holds those origins. */
    private void change(TrainedNode at, List<String> origins) throws IOException {
        for (int i = 1; i <= ROUNDS_OF_CHANGES; i++) {
            succeed(at, "POST", "/v1/pools/default/origins", "{\"url\":\"http://127.0.0.1:9\",\"id\":\"spare\"}");
            succeed(at, "PATCH", "/v1/pools/default/origins/spare", "{\"weight\":" + i + "}");
            succeed(at, "DELETE", "/v1/pools/default/origins/spare", "");
        }
        for (String origin : origins) {
            succeed(at, "POST", "/servers", "{\"url\":\"" + origin + "\"}");
        }
    }

    private void listenWithTls(TrainedNode at, SecureTraffic traffic) throws IOException {
        succeed(at, "PUT", "/v1/certificates/training", traffic.certificate());
        succeed(
                at,
                "PUT",
                "/v1/listeners/tls",
                "{\"protocol\":\"https\",\"address\":\"127.0.0.1:" + securePort
                        + "\",\"tls\":{\"certificates\":[\"training\"]}}");
        succeed(at, "PUT", "/v1/routes/tls", "{\"listeners\":[\"tls\"],\"pools\":[{\"pool\":\"default\"}]}");
    }

    /** Asks for each page of the API, and for what there is not. */
    private static void ask(TrainedNode node) throws IOException {
        for (int i = 0; i < ROUNDS_OF_QUESTIONS; i++) {
            for (String page : PAGES) {
                int status = node.send("GET", page, "");
                if (status != 200) {
                    throw new IOException("GET " + page + " was answered with " + status + " (expected: 200)");
                }
            }
            node.send("GET", "/nowhere", "");
            node.send("POST", "/servers", "{\"url\":\"gopher://nowhere\"}");
        }
    }

    /** Runs weldrctl: for what the node does then, and, the last time, recorded. */
    private void administer(TrainedNode node) throws IOException {
        for (String command : List.of("stats", "cluster", "health get", "servers ls -o json")) {
            weldrctl(node, UNRECORDED, command);
        }
        weldrctl(node, record + "lib/weldrctl" + ending + " -Dweldrctl.training=" + TRAINED_COMMANDS, "servers ls");
    }

    private void weldrctl(TrainedNode node, String javaOptions, String command) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(weldr.resolve("bin/weldrctl").toString());
        words.addAll(List.of(command.split(" ", -1)));
        words.addAll(List.of("--endpoint", node.grpcAddress(), "--timeout", "60s"));
        Program.run(
                weldr,
                words,
                Map.of("WELDRCTL_JAVA_OPTS", javaOptions, "WELDR_ENDPOINT", node.grpcAddress()),
                folder.resolve("weldrctl.log"));
    }

    private void lead(TrainedNode node) throws IOException {
        until(node.id() + " leads", () -> {
            if (node.leads()) {
                return true;
            }
            node.send("POST", "/v1/cluster/leader", "{\"to\":\"" + node.id() + "\"}");
            return false;
        });
    }

    private void awaitReady(TrainedNode node) throws IOException {
        until(node.id() + " is ready", () -> node.send("GET", "/readyz", "") == 200);
    }

    /** Sends it until it succeeds: now and then a leader is being elected. */
    private void succeed(TrainedNode node, String method, String path, String body) throws IOException {
        until(method + " " + path + " succeeds at " + node.id(), () -> {
            int status = node.send(method, path, body);
            // Sent again after a time in which nobody led, it may have been done the first time.
            return status < 300 || (method.equals("DELETE") && status == 404);
        });
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    /** Tries until it holds. That a node does not answer is no failure; that it has ended is one. */
    private void until(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Program.PATIENCE_SECONDS);
        IOException unanswered = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
                unanswered = null;
            } catch (IOException e) {
                unanswered = e;
            }
            for (TrainedNode node : nodes) {
                node.failIfEnded();
            }
            Program.pause();
        }
        throw new IOException(
                "after " + Program.PATIENCE_SECONDS + " s, not yet: " + what + " (logs are in " + folder + ")",
                unanswered);
    }

    /** Ends what still runs. */
    @Override
    public void close() {
        nodes.forEach(TrainedNode::kill);
        servers.forEach(Program::close);
    }
}
