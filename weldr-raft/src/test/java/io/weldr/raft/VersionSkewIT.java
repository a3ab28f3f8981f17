package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.UnknownFieldSet;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.GatewayException;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.PeerProto;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What members do with what only a newer version of the program knows. */
class VersionSkewIT {
    @TempDir
    Path root;

    /** A command of a kind that a newer version has. */
    private static LogProto.Entry fromTheFuture() {
        return LogProto.Entry.newBuilder()
                .setRequestId("future-" + UUID.randomUUID())
                .setCommand(LogProto.Command.newBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        900,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addVarint(1)
                                                .build())
                                .build()))
                .build();
    }

    @Test
    void theLeaderRaisesTheClusterVersionOnceAllHaveAnnouncedThatTheySupportIt() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(node ->
                                    assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED)));
        }
    }

    @Test
    void aForwardedCommandThatTheLeaderDoesNotKnowNeverEntersTheLog() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster leader = cluster.node(cluster.awaitLeader());
            byte[] forward = PeerProto.Forward.newBuilder()
                    .setDeadlineMillis(2000)
                    .setSubmit(fromTheFuture())
                    .build()
                    .toByteArray();
            byte[] answer = TestCluster.get(leader.answer(forward).toCompletableFuture());
            PeerProto.ForwardAnswer.Failure failure =
                    PeerProto.ForwardAnswer.parseFrom(answer).getFailure();
            assertThat(failure.getKind()).isEqualTo(GatewayException.Kind.UNSUPPORTED.name());
            assertThat(failure.getMessage()).contains("Command has field 900");
            for (RaftCluster node : cluster.nodes()) {
                TestCluster.get(node.linearizable().toCompletableFuture());
                assertThat(node.status().trouble()).isNull();
            }
            TestCluster.addOrigin(leader, 9001);
        }
    }

    @Test
    void aVersionThatAMemberDoesNotSupportIsNotRaised() {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            RaftCluster node = cluster.node(new MemberId("n1"));
            Command beyond = new Command.RaiseClusterVersion(
                    new ClusterVersion(ClusterVersion.SUPPORTED.number() + 1), Instant.EPOCH);
            assertThatThrownBy(() -> TestCluster.get(
                            node.submit(TestCluster.newId(), beyond).toCompletableFuture()))
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(GatewayException.Kind.UNSUPPORTED));
            assertThat(node.status().trouble()).isNull();
        }
    }

    /** It is in the log, because a leader of a newer version put it there: nobody may go on as if it were not. */
    @Test
    void whatANodeDoesNotKnowIsNeverSkipped() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster leader = cluster.node(cluster.awaitLeader());
            TestCluster.addOrigin(leader, 9001);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(
                                    node -> assertThat(TestCluster.ports(node)).containsExactly(9001)));
            ClusterState before = leader.state().get();
            Inside.append(leader, fromTheFuture().toByteArray());
            awaitMajorityStopped(cluster);
            for (RaftCluster node : cluster.nodes()) {
                assertThat(node.state().get()).as("it goes on proxying with").isEqualTo(before);
            }

            // Programs that are started anew in the same version end in the same place.
            List<MemberId> all = List.copyOf(cluster.peers.keySet());
            all.forEach(cluster::stop);
            all.forEach(cluster::start);
            awaitMajorityStopped(cluster);
            for (MemberId id : all) {
                RaftCluster node = cluster.node(id);
                assertThat(TestCluster.ports(node)).containsExactly(9001);
                await().untilAsserted(() -> assertThat(node.holdsState())
                        .as("serves clients with it")
                        .isTrue());
                try (Stream<Path> aside = Files.list(cluster.folder(id))) {
                    assertThat(aside.map(Path::getFileName).map(Path::toString))
                            .as("the log is whole, and stays where it is")
                            .contains("log")
                            .doesNotContain("log.damaged");
                }
            }
        }
    }

    /**
     * Who leads applies the entry, and stops; then the next one leads. The last one has no majority any more: it may
     * never hear that the entry is committed.
     */
    private static void awaitMajorityStopped(TestCluster cluster) {
        await().untilAsserted(() -> assertThat(cluster.nodes())
                .filteredOn(node -> node.status().role() == Role.CLOSED)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(VersionSkewIT::assertStopped));
    }

    private static void assertStopped(RaftCluster node) {
        assertThat(node.status().trouble())
                .contains("of the log cannot be applied: log entry: Command has field 900")
                .contains("until it runs a newer version of weldr");
        assertThat(node.status().role()).isEqualTo(Role.CLOSED);
    }

    @Test
    void aSnapshotOfANewerVersionIsNotTakenForDamage() throws Exception {
        MemberId id = new MemberId("n1");
        try (TestCluster cluster = TestCluster.formed(
                root, 1, settings -> settings.withLog(new RaftSettings.LogSettings(20, 8192, 10, 10)))) {
            for (int port = 9001; port < 9031; port++) {
                TestCluster.addOrigin(cluster.node(id), port);
            }
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> snapshot(cluster.folder(id)).isPresent());
            cluster.stop(id);
            Path file = snapshot(cluster.folder(id)).orElseThrow();
            byte[] newer = LogProto.Snapshot.parseFrom(Files.readAllBytes(file)).toBuilder()
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(
                                    901,
                                    UnknownFieldSet.Field.newBuilder()
                                            .addVarint(1)
                                            .build())
                            .build())
                    .build()
                    .toByteArray();
            Files.write(file, newer);
            Files.writeString(
                    Path.of(file + ".md5"), md5(newer) + " *" + file.getFileName() + "\n", StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> cluster.start(id))
                    .hasRootCauseMessage("snapshot: Snapshot has field 901, which this version of weldr does not know");
            assertThat(file).exists();
        }
    }

    private static Optional<Path> snapshot(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .max(java.util.Comparator.comparingLong(VersionSkewIT::index));
        }
    }

    private static long index(Path snapshot) {
        String name = snapshot.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    private static String md5(byte[] bytes) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("MD5").digest(bytes));
    }
}
