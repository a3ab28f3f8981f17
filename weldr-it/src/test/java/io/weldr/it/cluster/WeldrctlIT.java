package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import java.nio.file.Path;
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
