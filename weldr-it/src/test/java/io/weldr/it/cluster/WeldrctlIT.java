package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin client against real nodes. */
class WeldrctlIT {
    @TempDir
    private Path folder;

    @Test
    void addsListsAndRemovesThroughWhicheverNodeAnswers() {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            TestNode dead = cluster.except(cluster.awaitLeader()).get(0);
            dead.kill();
            TestNode alive = cluster.except(dead).get(0);
            String endpoints = dead.grpcAddress() + "," + alive.grpcAddress();

            assertThat(Weldrctl.run(endpoints, "servers", "add", "http://127.0.0.1:40000"))
                    .satisfies(
                            result -> assertThat(result.exit()).as("%s", result).isZero());
            Result listed = Weldrctl.run(endpoints, "servers", "ls");
            assertThat(listed.out()).as("%s", listed).contains("http://127.0.0.1:40000", "up");
            assertThat(alive.servers()).containsExactly("http://127.0.0.1:40000 up");

            Result json = Weldrctl.run(endpoints, "-o", "json", "cluster");
            assertThat(json.exit()).as("%s", json).isZero();
            assertThat(json.out()).contains(alive.id(), dead.id());

            assertThat(Weldrctl.run(endpoints, "servers", "rm", "127.0.0.1:40000")
                            .exit())
                    .isZero();
            assertThat(Weldrctl.run(endpoints, "servers", "rm", "127.0.0.1:40000")
                            .exit())
                    .isNotZero();
        }
    }

    @Test
    void aFollowerShowsWhatTheLeadersProbesFound() {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestServer origin = TestServer.start()) {
            TestNode follower = cluster.except(cluster.awaitLeader()).get(0);
            String[] add = {"servers", "add", origin.url(), "--interval", "2s", "--wait", "--timeout", "60s"};
            Result added = Weldrctl.run(follower.grpcAddress(), add);
            assertThat(added.exit()).as("%s", added).isZero();
            assertThat(added.out()).contains("applied: ").contains("n1", "n2", "n3");
            await("a probe of the leader").untilAsserted(() -> {
                Result listed = Weldrctl.run(follower.grpcAddress(), "servers", "ls", "-o", "wide");
                assertThat(listed.out()).as("%s", listed).contains("passed in ", "status 200");
            });
            Result members = Weldrctl.run(follower.grpcAddress(), "cluster");
            assertThat(members.out()).as("%s", members).contains("LAG", "UPTIME");
            assertThat(members.out().lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        }
    }

    /** As in {@code weldrctl watch | head -1}. */
    @Test
    void aWatchEndsWhenNobodyReadsItAlsoIfNoChangeComes() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            TestNode node = cluster.node(1);
            assertThat(node.add("http://127.0.0.1:40000").status()).isEqualTo(201);

            Process reading = Weldrctl.start(node.grpcAddress(), "watch", "--after", "1");
            try {
                assertThat(reading.inputReader().readLine()).containsAnyOf("origin-added", "cluster-version-raised");
                reading.getInputStream().close(); // and nothing changes any more
                assertThat(reading.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
                assertThat(reading.exitValue()).isEqualTo(1);
                assertThat(reading.errorReader().lines()).isEmpty();
            } finally {
                reading.destroyForcibly();
            }

            Process quiet = Weldrctl.start(node.grpcAddress(), "watch");
            try {
                quiet.getInputStream().close(); // before anything was told
                assertThat(quiet.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
                assertThat(quiet.exitValue()).isEqualTo(1);
            } finally {
                quiet.destroyForcibly();
            }
        }
    }

    @Test
    void whatGoesWrongIsOneLineAndNeverAStackTrace() {
        File full = new File("/dev/full");
        assumeThat(full).exists();
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            TestNode node = cluster.node(1);
            oneLine(Weldrctl.run(full, node.grpcAddress(), "servers", "ls"), 1, "cannot be written", "No space left");
            oneLine(Weldrctl.run(full, node.grpcAddress(), "--help"), 1, "cannot be written", "No space left");
            oneLine(
                    Weldrctl.run(full, node.grpcAddress(), "servers", "add", "http://127.0.0.1:1"),
                    1,
                    "it was done, but standard output cannot be written");
            oneLine(Weldrctl.run(node.adminAddress(), "servers", "ls"), 5, node.adminAddress(), "grpc-address");
            oneLine(Weldrctl.run("nowhere.invalid:8787", "servers", "ls"), 5, "nowhere.invalid:8787: no such host");
            Result json = Weldrctl.run("nowhere.invalid:8787", "-o", "json", "servers", "ls");
            assertThat(json.err()).startsWith("{\"type\":\"unreachable\",").endsWith(",\"exitCode\":5}\n");
        }
    }

    private static void oneLine(Result result, int exit, String... words) {
        assertThat(result.exit()).as("%s", result).isEqualTo(exit);
        assertThat(result.err().lines()).as("%s", result).hasSize(1);
        for (String word : words) {
            assertThat(result.err()).contains(word);
        }
    }

    @Test
    void nobodyThereIsOneClearLine() {
        TestCluster none = TestCluster.of(folder, 1);
        Result result = Weldrctl.run(none.node(1).grpcAddress(), "servers", "ls");
        assertThat(result.exit()).isNotZero();
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .contains(none.node(1).grpcAddress());
    }
}
