package io.weldr.it.distribution;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import io.weldr.testing.Ports;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, as far as it goes without an engine: its layers are unpacked, and its programs run with them for
 * their root.
 */
class ContainerImageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MOUNTED = Path.of("var/lib/weldr");

    @TempDir
    private Path folder;

    private Path image;
    private Path unpacked;
    private JsonNode docker;
    private JsonNode config;

    @BeforeEach
    void unpack() throws Exception {
        image = Built.file("weldr-*-image-linux-x64.tar");
        unpacked = Files.createDirectory(folder.resolve("image"));
        tar(image, unpacked);
        docker = JSON.readTree(unpacked.resolve("manifest.json").toFile()).path(0);
        config = JSON.readTree(unpacked.resolve(docker.path("Config").asText()).toFile());
    }

    @Test
    void isAnArchiveAsDockerSavesIt() throws Exception {
        List<String> layers = texts(docker.path("Layers"));
        List<String> plain = texts(config.path("rootfs").path("diff_ids"));
        assertThat(plain).hasSameSizeAs(layers).hasSameSizeAs(config.path("history"));
        for (int i = 0; i < layers.size(); i++) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(unpacked.resolve(layers.get(i))))) {
                assertThat("sha256:" + sha256(in)).isEqualTo(plain.get(i));
            }
        }

        Built.needProgram("skopeo");
        String source = "docker-archive:" + image;
        Ended seen = Script.run(List.of("skopeo", "inspect", source), Map.of());
        assertThat(seen.exit()).as("%s", seen).isZero();
        assertThat(JSON.readTree(seen.out()).path("Layers")).hasSameSizeAs(layers);
        // What a registry gets: for engines that know health checks, and for those that take the OCI image format
        // alone.
        Ended raw = Script.run(List.of("skopeo", "inspect", "--config", "--raw", source), Map.of());
        assertThat(JSON.readTree(raw.out()).path("config").path("Healthcheck").path("Test"))
                .hasSizeGreaterThan(2);
        Path oci = folder.resolve("oci");
        Ended copied = Script.run(List.of("skopeo", "copy", source, "oci:" + oci + ":weldr"), Map.of());
        assertThat(copied.exit()).as("%s", copied).isZero();
        assertThat(oci.resolve("index.json")).exists();
    }

    @Test
    void runsAsAUserThatMayWriteNothingButItsData() throws Exception {
        Built.need(OtherRoot.unavailable());
        Path root = Files.createDirectory(folder.resolve("root"));
        for (String layer : texts(docker.path("Layers"))) {
            tar(unpacked.resolve(layer), root);
        }
        assertThat(root.resolve("bin")).as("no shell").doesNotExist();
        assertThat(root.resolve("usr/bin")).doesNotExist();
        String[] user = config.path("config").path("User").asText().split(":", -1);
        assertThat(user).hasSize(2).doesNotContain("0");
        // As an engine does: a volume gets the owner of the folder in the image.
        Path volume = Files.createDirectory(folder.resolve("volume"));
        for (String attribute : List.of("unix:uid", "unix:gid", "unix:mode")) {
            Files.setAttribute(volume, attribute, Files.getAttribute(root.resolve(MOUNTED), attribute));
        }
        Files.createDirectory(root.resolve("proc"));
        Files.createDirectory(root.resolve("dev"));
        Files.writeString(root.resolve("etc/resolv.conf"), "nameserver 127.0.0.53\n");
        Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 localhost\n");
        OtherRoot container =
                new OtherRoot(root).readOnly().with(Path.of("/dev"), "/dev").with(volume, "/" + MOUNTED);

        // The files are as old as the cache wants them.
        for (List<String> start : List.of(entryPoint(), List.of(entryPoint().get(0), "@/weldrctl"))) {
            Ended version = Script.run(
                    enter(container, user, List.of("_JAVA_OPTIONS=-XX:AOTMode=on"), start, "--version"), Map.of());
            assertThat(version.exit()).as("%s", version).isZero();
        }
        Ended origin = Script.run(
                enter(container, user, List.of(), List.of(entryPoint().get(0), "@/weldr-testserver"), "--version"),
                Map.of());
        assertThat(origin.exit()).as("%s", origin).isZero();

        String admin = "127.0.0.1:" + Ports.free();
        String grpc = "127.0.0.1:" + Ports.free();
        List<String> settings = List.of(
                "WELDR_PROXY_ADDRESS=127.0.0.1:" + Ports.free(),
                "WELDR_ADMIN_ADDRESS=" + admin,
                "WELDR_GRPC_ADDRESS=" + grpc,
                "WELDR_RAFT_ADDRESS=127.0.0.1:" + Ports.free());
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process node = Script.start(enter(container, user, settings, entryPoint()), Map.of(), out, err);
        try {
            await("a node of the image")
                    .failFast(() -> assertThat(node.isAlive())
                            .as(Files.readString(out) + Files.readString(err))
                            .isTrue())
                    .until(() -> Http.get("http://" + admin + "/readyz").status() == 200);
            List<String> health =
                    texts(config.path("config").path("Healthcheck").path("Test"));
            assertThat(health.get(0)).isEqualTo("CMD");
            List<String> check = health.subList(1, health.size());
            List<String> endpoint = List.of("WELDR_ENDPOINT=" + grpc);
            // Its own time limit is short for a busy machine.
            await("the health check")
                    .until(() -> Script.run(enter(container, user, endpoint, check), Map.of())
                                    .exit()
                            == 0);
            node.destroy();
            assertThat(node.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(out)).isZero();
            assertThat(Files.readString(out)).doesNotContain(" WARN ");
            assertThat(err).isEmptyFile();
            assertThat(Script.run(enter(container, user, endpoint, check), Map.of())
                            .exit())
                    .as("the health check of a node that is gone")
                    .isNotZero();
        } finally {
            node.destroyForcibly();
        }
    }

    private List<String> entryPoint() {
        return texts(config.path("config").path("Entrypoint"));
    }

    private List<String> enter(
            OtherRoot container, String[] user, List<String> environment, List<String> start, String... arguments) {
        List<String> variables = new ArrayList<>(texts(config.path("config").path("Env")));
        variables.addAll(environment);
        List<String> command = new ArrayList<>(start);
        command.addAll(List.of(arguments));
        String workingFolder = config.path("config").path("WorkingDir").asText();
        return container.enter(workingFolder, user[0], user[1], variables, command);
    }

    private static void tar(Path archive, Path to) throws Exception {
        Ended unpacked = Script.run(List.of("tar", "-xf", archive.toString(), "-C", to.toString()), Map.of());
        assertThat(unpacked.exit()).as("%s", unpacked).isZero();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static String sha256(InputStream in) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
