package io.weldr.node.lifecycle;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.node.config.ConfigException;
import io.weldr.node.config.ConfigReader;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import io.weldr.trust.SecretException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSecretTest {
    private static final OriginId ORIGIN = new OriginId("10.0.1.1:80");

    @TempDir
    private Path folder;

    private Path data;
    private Path own;

    @BeforeEach
    void names() {
        data = folder.resolve("data");
        own = data.resolve(NodeSecret.OWN);
    }

    @Test
    void aNodeThatBeginsAloneMakesItsOwnAndKeepsIt() throws Exception {
        String token = token(config(Map.of()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rw-------");
        byte[] made = Files.readAllBytes(own);
        assertThat(token(config(Map.of()))).isEqualTo(token);

        Files.createFile(data.resolve("identity"));
        assertThat(token(config(Map.of(Setting.PEERS, "n1=127.0.0.1:9687,n2=127.0.0.1:9688"))))
                .as("it has it also when it has peers later")
                .isEqualTo(token);
        assertThat(Files.readAllBytes(own)).isEqualTo(made);
    }

    @Test
    void aNodeOfAClusterMakesNone() throws Exception {
        for (Map<Setting, String> cluster : List.of(
                Map.of(Setting.PEERS, "n1=127.0.0.1:9687"),
                Map.of(Setting.JOIN, "127.0.0.1:8687"),
                Map.of(Setting.JOIN, "wait"))) {
            try (NodeSecret secret = new NodeSecret(config(cluster))) {
                secret.open(NodeSecretTest::unexpected);
                assertThat(secret.available()).as("%s", cluster).isFalse();
            }
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void aFolderThatIsInUseGetsNone() throws Exception {
        for (String sign : List.of("identity", "log")) {
            Files.createDirectories(data);
            Path written = Files.createFile(data.resolve(sign));
            try (NodeSecret secret = new NodeSecret(config(Map.of()))) {
                secret.open(NodeSecretTest::unexpected);
                assertThat(secret.available()).as(sign).isFalse();
                assertThat(secret.accepted(PoolName.DEFAULT, ORIGIN)).isEmpty();
            }
            Files.delete(written);
        }
        assertThat(own).doesNotExist();

        Files.createDirectories(data.resolve("lost+found"));
        token(config(Map.of()));
        assertThat(own).as("a fresh disk is an empty folder").exists();
    }

    @Test
    void theFileThatIsGivenWinsOverItsOwn() throws Exception {
        String before = token(config(Map.of()));
        Path given = Files.writeString(folder.resolve("given"), "a1".repeat(32));
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rw-------"));
        NodeConfig config = config(Map.of(Setting.SECRET_FILE, given.toString()));
        assertThat(token(config)).isNotEqualTo(before);

        Files.delete(given); // after it was checked
        try (NodeSecret secret = new NodeSecret(config)) {
            assertThatThrownBy(() -> secret.open(NodeSecretTest::unexpected))
                    .isInstanceOf(SecretException.class)
                    .hasMessageContaining("no such file");
        }
    }

    @Test
    void anOwnFileThatCannotBeUsedIsRefusedAndNotReplaced() throws Exception {
        Files.createDirectories(data);
        Files.setPosixFilePermissions(
                Files.writeString(own, "b2".repeat(32)), PosixFilePermissions.fromString("rw-r--r--"));
        try (NodeSecret secret = new NodeSecret(config(Map.of()))) {
            assertThatThrownBy(() -> secret.open(NodeSecretTest::unexpected))
                    .isInstanceOf(SecretException.class)
                    .hasMessageContaining("chmod 600 " + own);
        }
        assertThat(own).content().isEqualTo("b2".repeat(32));
    }

    @Test
    void whoeverKeepsTokensIsToldWhenTheSecretIsReplaced() throws Exception {
        Path given = secretFile("a1".repeat(32));
        BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
        try (NodeSecret secret = new NodeSecret(config(Map.of(Setting.SECRET_FILE, given.toString())))) {
            secret.open(Duration.ofMillis(10), () -> {
                told.add(secret.accepted(PoolName.DEFAULT, ORIGIN));
                throw new IllegalStateException("of the test"); // the node looks again all the same
            });
            String old = secret.token(PoolName.DEFAULT, ORIGIN);

            secretFile("b2".repeat(32) + "\n" + "a1".repeat(32));
            List<String> both = requireNonNull(told.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            assertThat(both).hasSize(2).endsWith(old);
            assertThat(secret.token(PoolName.DEFAULT, ORIGIN)).isEqualTo(both.get(0));

            secretFile("b2".repeat(32));
            assertThat(told.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).containsExactly(both.get(0));
            assertThat(told).isEmpty();
        }
    }

    /** Written beside the place and moved there, so that no half file is read. */
    private Path secretFile(String text) throws IOException {
        Path next = Files.writeString(folder.resolve("given.next"), text);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        return Files.move(next, folder.resolve("given"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void unexpected() {
        throw new AssertionError("nobody replaces the secret");
    }

    private static String token(NodeConfig config) throws IOException {
        try (NodeSecret secret = new NodeSecret(config)) {
            secret.open(NodeSecretTest::unexpected);
            assertThat(secret.available()).isTrue();
            return secret.token(PoolName.DEFAULT, ORIGIN);
        }
    }

    private NodeConfig config(Map<Setting, String> more) throws ConfigException {
        Map<Setting, String> flags = new HashMap<>(more);
        flags.put(Setting.DATA_DIR, data.toString());
        return ConfigReader.read(null, Map.of(), flags);
    }
}
