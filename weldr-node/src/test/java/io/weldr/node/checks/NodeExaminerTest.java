package io.weldr.node.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Finding;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.state.MemberId;
import io.weldr.node.config.ConfigException;
import io.weldr.node.config.ConfigReader;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import io.weldr.testing.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeExaminerTest {
    @TempDir
    private Path folder;

    private NodeConfig config(Map<Setting, String> more) throws ConfigException {
        Map<Setting, String> settings = new HashMap<>(more);
        settings.put(Setting.DATA_DIR, folder.toString());
        return ConfigReader.read(null, Map.of(), settings);
    }

    private static ClusterStatus status(long applied) {
        return new ClusterStatus(
                new MemberId("n1"),
                ClusterStatus.Role.LEADER,
                1,
                new MemberId("n1"),
                true,
                applied,
                applied,
                List.of(),
                Duration.ZERO,
                null);
    }

    private static NodeFacts look(
            NodeConfig config, long applied, Supplier<List<Measurement>> raft, Duration patience) {
        try (NodeExaminer examiner = examiner(config, applied, raft)) {
            return look(examiner, patience);
        }
    }

    private static NodeExaminer examiner(NodeConfig config, long applied, Supplier<List<Measurement>> raft) {
        return new NodeExaminer(
                config,
                new NodeExaminer.Sources(
                        () -> status(applied),
                        raft::get,
                        () -> List.of("aaaa0000"),
                        () -> null,
                        InstantSource.system()));
    }

    private static NodeFacts look(NodeExaminer examiner, Duration patience) {
        try {
            return examiner.check(patience).toCompletableFuture().get(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> checks(NodeFacts facts) {
        return facts.findings().stream().map(Finding::check).toList();
    }

    @Test
    void whatIsMeasuredBecomesFindings() throws Exception {
        NodeConfig config = config(Map.of(
                Setting.INSECURE,
                "true",
                Setting.RAFT_SNAPSHOT_ENTRIES,
                "100",
                Setting.VIP_ADDRESS,
                "192.0.2.10/24",
                Setting.VIP_INTERFACE,
                "nosuch0"));
        NodeFacts facts = look(config, 301, List::of, Patience.PATIENCE);
        assertThat(checks(facts)).contains("log-growth", "insecure", "virtual-ip");
        assertThat(facts.settings())
                .containsEntry("secret-file", "aaaa0000")
                .containsEntry("vip-addresses", "192.0.2.10/24")
                .containsEntry("insecure", "true");
    }

    /** As when the disk takes nothing. */
    @Test
    void aPartThatHangsIsAFindingAndHoldsUpNothingElse() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Supplier<List<Measurement>> hanging = () -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        Duration patience = Duration.ofMillis(200);
        try (NodeExaminer examiner = examiner(config(Map.of(Setting.INSECURE, "true")), 1, hanging)) {
            for (int i = 0; i < 3; i++) { // those who come later are told at once
                NodeFacts facts = look(examiner, patience);
                assertThat(checks(facts)).contains("no-answer", "insecure");
                assertThat(facts.findings()).anyMatch(finding -> finding.found().contains("the data folder"));
            }
            end.countDown();
            await("the disk works again")
                    .untilAsserted(() -> assertThat(checks(look(examiner, Patience.PATIENCE)))
                            .doesNotContain("no-answer"));
        }
    }

    @Test
    void aPartThatFailsIsAFinding() throws Exception {
        Supplier<List<Measurement>> broken = () -> {
            throw new IllegalStateException("broken");
        };
        NodeFacts facts = look(config(Map.of()), 1, broken, Patience.PATIENCE);
        assertThat(facts.findings())
                .anyMatch(finding ->
                        finding.check().equals("no-answer") && finding.found().contains("broken"));
    }
}
