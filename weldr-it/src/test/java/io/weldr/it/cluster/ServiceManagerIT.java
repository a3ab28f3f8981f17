package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.it.harness.HaltedThread;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.NotifySocketReader;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that a service manager has started, such as systemd with {@code Type=notify}. */
class ServiceManagerIT {
    private static final String READY = "READY=1";
    private static final String FED = "WATCHDOG=1";

    private static final int WATCHDOG_SECONDS = 2;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsUnixDatagrams() {
        assumeTrue(NotifySocketReader.isAvailable(), "Netty's native library");
    }

    @Test
    void anEmptyNodeAsksForTimeUntilItHasFormedItsClusterAndIsReadyThen() throws Exception {
        try (NotifySocketReader manager = NotifySocketReader.in(folder);
                TestCluster cluster = TestCluster.of(folder, 2)) {
            TestNode first = cluster.node(1);
            first.environment(manager.environment(WATCHDOG_SECONDS));
            cluster.launch(first);
            await("a status that says what it waits for, and a second request for time")
                    .failFast(
                            () -> assertThat(first.isAlive()).as(first.output()).isTrue())
                    .until(() -> manager.lines().stream()
                                            .filter(line -> line.startsWith("EXTEND_TIMEOUT_USEC="))
                                            .count()
                                    >= 2
                            && manager.lines().stream()
                                    .anyMatch(line -> line.startsWith("STATUS=waiting for its cluster; not ready: ")
                                            && line.contains("n2")));
            assertThat(Http.get(first.adminUrl() + "/readyz").status()).isEqualTo(503);
            assertThat(manager.lines()).doesNotContain(READY, FED).contains("STATUS=starting");

            cluster.launch(cluster.node(2)); // without a service manager
            await("ready").until(() -> manager.lines().contains(READY));
            await("and so says the API").until(first::isReady);
            await("fed, again and again")
                    .until(() -> manager.lines().stream().filter(FED::equals).count() >= 3);
            assertThat(manager.lines().indexOf(READY))
                    .as("a watchdog that is fed runs, so it is not fed before")
                    .isLessThan(manager.lines().indexOf(FED));
            await("the role")
                    .until(() -> manager.lines().stream()
                            .anyMatch(line -> line.matches("STATUS=(leader|follower of n2), term \\d+")));
            assertThat(first.output()).doesNotContain("NOTIFY_SOCKET", "cannot be told");
        }
    }

    @Test
    void aNodeThatIsToldToStopSaysSoAndForHowLong() throws Exception {
        try (NotifySocketReader manager = NotifySocketReader.in(folder);
                TestCluster cluster = TestCluster.of(folder, 1, "--drain-timeout", "2s")) {
            TestNode node = cluster.node(1);
            node.environment(manager.environment(60));
            cluster.launch(node);
            await("ready").until(() -> manager.lines().contains(READY));
            assertThat(Http.get(node.adminUrl() + "/readyz").status()).isEqualTo(200);
            assertThat(node.terminate()).isZero();
            List<String> messages = manager.messages();
            assertThat(messages)
                    .as("the drain timeout, and what closing may take")
                    .contains("STOPPING=1\nEXTEND_TIMEOUT_USEC=27000000\nSTATUS=stopping");
            assertThat(manager.lines().stream().filter(READY::equals)).hasSize(1);
        }
    }

    @Test
    void theWatchdogIsNotFedWhileOneWorkerHangs() throws Exception {
        try (NotifySocketReader manager = NotifySocketReader.in(folder);
                TestCluster cluster = TestCluster.of(folder, 1, "--workers", "2")) {
            TestNode node = cluster.node(1);
            node.environment(manager.environment(WATCHDOG_SECONDS));
            cluster.launch(node);
            await("fed").until(() -> fed(manager) > 0);
            try (HaltedThread worker = HaltedThread.of(node.process(), "weldr-proxy-")) {
                assumeTrue(worker != null, "ptrace, which halts one thread of a process");
                await("it hangs").until(() -> silentSeconds(node) > 0);
                long before = fed(manager);
                long since = silentSeconds(node);
                await("it hangs for longer").until(() -> silentSeconds(node) >= since + 2 * WATCHDOG_SECONDS);
                assertThat(node.output()).contains("A worker of the proxy has not run for");
                // The admin API answers, and consensus goes on: only the proxy counts.
                assertThat(node.isLeader()).isTrue();
                assertThat(fed(manager)).as("fed while a worker hangs").isEqualTo(before);
            }
            await("it runs again")
                    .until(() -> Http.get(node.adminUrl() + "/livez").status() == 200);
            long before = fed(manager);
            await("fed again").until(() -> fed(manager) > before);
        }
    }

    private static long fed(NotifySocketReader manager) {
        return manager.lines().stream().filter(FED::equals).count();
    }

    /** For how long a worker has not run, as the API says; 0 if the API does not find that too long. */
    private static long silentSeconds(TestNode node) {
        Answer answer = Http.get(node.adminUrl() + "/livez");
        return answer.status() == 503
                ? Long.parseLong(answer.body().replaceAll("(?s).*has not run for (\\d+) s.*", "$1"))
                : 0;
    }

    @Test
    void aWitnessFeedsItsWatchdogToo() throws Exception {
        try (NotifySocketReader manager = NotifySocketReader.in(folder);
                TestCluster cluster = TestCluster.of(folder, 2)) {
            TestNode witness = cluster.node(1);
            witness.environment(manager.environment(WATCHDOG_SECONDS));
            witness.launch("--witness", "--peers", cluster.peers());
            cluster.launch(cluster.node(2));
            await("ready, and fed").until(() -> manager.lines().containsAll(List.of(READY, FED)));
        }
    }

    @Test
    void aServiceManagerThatIsGoneDoesNotStopANode() {
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            node.environment(Map.of("NOTIFY_SOCKET", folder.resolve("gone").toString()));
            cluster.launch(node);
            node.awaitReady();
            await("a warning").until(() -> node.output().contains("does not accept messages at NOTIFY_SOCKET"));
            assertThat(node.terminate()).isZero();
        }
    }
}
