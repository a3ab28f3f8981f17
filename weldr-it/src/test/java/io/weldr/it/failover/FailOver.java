package io.weldr.it.failover;

import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Measures how long changes stop when the leader is killed, frozen or restarted. {@code main} prints the figures:
 * {@code FailOver ROUNDS [kill] [stop] [restart]}.
 */
public final class FailOver implements AutoCloseable {
    private static final String ORIGIN = "measured";

    private final TestCluster cluster;

    /** Three nodes below {@code folder}, which speak TLS to each other. */
    public FailOver(Path folder) {
        cluster =
                TestCluster.start(folder, 3, "--secret-file", Secret.in(folder).toString());
        Http.Answer added = Http.post(
                cluster.node(1).adminUrl() + "/servers?wait=applied",
                "{\"url\":\"http://127.0.0.2:1\",\"id\":\"" + ORIGIN + "\"}");
        if (added.status() != 201) {
            throw new IllegalStateException("the pool takes no origin: " + added);
        }
    }

    /** What came out. */
    public record Figures(String what, List<Long> millis) {
        public Figures {
            millis = millis.stream().sorted().toList();
        }

        public long median() {
            return millis.get(millis.size() / 2);
        }

        public long max() {
            return Collections.max(millis);
        }

        @Override
        public String toString() {
            return what + ": median " + median() + " ms, max " + max() + " ms, of "
                    + millis.stream().map(String::valueOf).collect(Collectors.joining(" "));
        }
    }

    /** kill -9 of the leader, until a change that was sent after it is acknowledged through a survivor. */
    public Figures kill(int rounds) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            TestNode leader = settled();
            try (Writers writers = new Writers(cluster.except(leader), ORIGIN)) {
                warmUp(writers);
                System.out.println(Instant.now() + " kill -9 " + leader.id()); // to be found in the logs of the others
                long killed = System.nanoTime();
                leader.process().destroyForcibly();
                all.add(awaitFirstAfter(writers, killed));
            }
            leader.awaitExit();
            cluster.start(leader);
        }
        return new Figures("kill -9 of the leader to the next acknowledged change", all);
    }

    /** SIGSTOP of the leader, as for {@link #kill}. */
    public Figures stop(int rounds) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            TestNode leader = settled();
            try (Writers writers = new Writers(cluster.except(leader), ORIGIN)) {
                warmUp(writers);
                System.out.println(Instant.now() + " SIGSTOP " + leader.id());
                long stopped = System.nanoTime();
                leader.pause();
                all.add(awaitFirstAfter(writers, stopped));
            } finally {
                leader.resume();
            }
        }
        return new Figures("SIGSTOP of the leader to the next acknowledged change", all);
    }

    /**
     * SIGTERM and start of each node, the leader last: the longest time without an acknowledged change through another
     * node.
     */
    public Figures restart(int rounds) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            TestNode leader = settled();
            List<TestNode> order = new ArrayList<>(cluster.except(leader));
            order.add(leader);
            for (TestNode node : order) {
                settled();
                all.add(restart(node, node == leader));
            }
        }
        return new Figures("restart of one node after the other: longest time without an acknowledged change", all);
    }

    private long restart(TestNode node, boolean leads) {
        try (Writers writers = new Writers(cluster.except(node), ORIGIN)) {
            warmUp(writers);
            long told = System.nanoTime();
            node.terminate();
            long ended = System.nanoTime();
            cluster.start(node);
            long ready = System.nanoTime();
            warmUp(writers);
            Writers.Gap gap = writers.longestGap();
            System.out.printf(
                    "%s restart of %s%s: ended after %d ms, ready after %d ms; longest gap %d ms, from %d ms on%n",
                    Instant.now(),
                    node.id(),
                    leads ? ", the leader" : "",
                    TimeUnit.NANOSECONDS.toMillis(ended - told),
                    TimeUnit.NANOSECONDS.toMillis(ready - told),
                    gap.millis(),
                    TimeUnit.NANOSECONDS.toMillis(gap.beganNanos() - told));
            return gap.millis();
        }
    }

    /** All three run, and each can be reached and has the same leader. */
    private TestNode settled() {
        TestNode leader = cluster.awaitLeader();
        for (TestNode node : cluster.nodes()) {
            await("the pool on " + node.id())
                    .until(() -> Http.get(node.adminUrl() + "/servers").status() == 200);
        }
        return leader;
    }

    private static void warmUp(Writers writers) {
        long now = System.nanoTime();
        await("changes").pollDelay(Duration.ofMillis(500)).until(() -> writers.millisToFirstAfter(now) >= 0);
    }

    private static long awaitFirstAfter(Writers writers, long nanos) {
        return await("an acknowledged change")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> writers.millisToFirstAfter(nanos), millis -> millis >= 0);
    }

    @Override
    public void close() {
        cluster.close();
    }

    /** Prints what it measures. */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        List<String> what = List.of(args).subList(1, args.length);
        try (FailOver failOver = new FailOver(Files.createTempDirectory("weldr-failover"))) {
            if (what.isEmpty() || what.contains("kill")) {
                System.out.println(failOver.kill(rounds));
            }
            if (what.isEmpty() || what.contains("stop")) {
                System.out.println(failOver.stop(rounds));
            }
            if (what.isEmpty() || what.contains("restart")) {
                System.out.println(failOver.restart(Math.max(1, rounds / 3)));
            }
        }
        System.exit(0);
    }
}
