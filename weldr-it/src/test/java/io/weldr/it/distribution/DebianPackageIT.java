package io.weldr.it.distribution;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import io.weldr.testing.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian package. systemd does not run here: a node is started by the command line of its unit, as the user of its
 * unit.
 */
class DebianPackageIT {
    private static final String UNIT = "usr/lib/systemd/system/weldr.service";
    private static final String ENABLED = "/etc/systemd/system/multi-user.target.wants/weldr.service";
    private static final String MUST_USE_CACHE = "-XX:AOTMode=on";

    @TempDir
    private Path folder;

    private Path deb;

    @BeforeEach
    void find() throws Exception {
        deb = Built.file("weldr_*.deb");
    }

    @Test
    void lintianFindsNoErrors() throws Exception {
        Built.needProgram("lintian");
        Ended checked = Script.run(
                List.of("lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", deb.toString()),
                Map.of());
        System.out.println("lintian: " + (checked.out().isEmpty() ? "no complaints" : checked.out()));
        assertThat(checked.exit()).as("%s", checked).isZero();
    }

    /** A minimal Debian takes a minute, and comes from the mirror of Debian. */
    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void isInstalledRunsAndLeavesNothing() throws Exception {
        Built.need(OtherRoot.unavailable());
        Built.needProgram("debootstrap");
        // JUnit would warn of each link that leads out of a folder of its own.
        Path machine = Files.createTempDirectory("debian");
        Path root = machine.resolve("root");
        try {
            Ended made = Script.run(
                    List.of("debootstrap", "--variant=minbase", "--include=adduser", "bookworm", root.toString()),
                    Map.of());
            Built.need(made.exit() == 0, "debootstrap cannot make a Debian: " + last(made.out() + made.err()));
            isInstalledRunsAndLeavesNothing(root);
        } finally {
            Script.run(List.of("rm", "-rf", "--one-file-system", machine.toString()), Map.of());
        }
    }

    private void isInstalledRunsAndLeavesNothing(Path root) throws Exception {
        OtherRoot debian = new OtherRoot(root);
        String users = Files.readString(root.resolve("etc/passwd"));
        List<String> before = lasting(debian);
        Files.copy(deb, root.resolve("weldr.deb"));

        // A new machine: everything is there, and nothing runs.
        assertThat(done(debian, "dpkg", "--install", "/weldr.deb").out()).contains("systemctl enable --now weldr");
        assertThat(done(debian, "dpkg", "--verify", "weldr").out()).isEmpty();
        assertThat(root.resolve(ENABLED.substring(1))).doesNotExist();
        String stat = done(debian, "stat", "-c", "%U:%G %a", "/var/lib/weldr").out();
        assertThat(stat.strip()).isEqualTo("weldr:weldr 700");
        unitIsValid(root);

        // The files are as old as the caches want them.
        for (String program : List.of("weldr", "weldrctl")) {
            done(
                    debian,
                    asUser(
                            "env",
                            "WELDR_JAVA_OPTS=" + MUST_USE_CACHE,
                            "WELDRCTL_JAVA_OPTS=" + MUST_USE_CACHE,
                            program,
                            "--version"));
        }
        runs(debian, root);

        // An upgrade leaves the configuration and the data alone; so does a removal.
        Path configuration = root.resolve("etc/weldr/weldr.yaml");
        Files.writeString(configuration, "# changed here\n", StandardOpenOption.APPEND);
        done(debian, "ln", "-s", "/" + UNIT, ENABLED); // as systemctl enable does
        done(debian, "dpkg", "--install", "/weldr.deb");
        assertThat(configuration).content().endsWith("# changed here\n");
        done(debian, "dpkg", "--remove", "weldr");
        assertThat(configuration).content().endsWith("# changed here\n");
        assertThat(root.resolve("var/lib/weldr/identity")).exists();
        assertThat(root.resolve("usr/lib/weldr")).doesNotExist();

        Ended purged = done(debian, "dpkg", "--purge", "weldr");
        assertThat(purged.err()).isEmpty();
        Files.delete(root.resolve("weldr.deb"));
        assertThat(lasting(debian)).isEqualTo(before);
        assertThat(root.resolve("etc/passwd")).hasContent(users);
    }

    /** The node of the configuration that is shipped, but for its ports. */
    private void runs(OtherRoot debian, Path root) throws Exception {
        String line = Files.readAllLines(root.resolve(UNIT)).stream()
                .filter(each -> each.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        String admin = "127.0.0.1:" + Ports.free();
        String grpc = "127.0.0.1:" + Ports.free();
        List<String> command = new ArrayList<>(List.of(asUser()));
        command.addAll(List.of(line.substring("ExecStart=".length()).split(" ", -1)));
        command.addAll(List.of("--proxy-address", "127.0.0.1:" + Ports.free(), "--admin-address", admin));
        command.addAll(List.of("--grpc-address", grpc, "--raft-address", "127.0.0.1:" + Ports.free()));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process node = Script.start(debian.enter(command), Map.of(), out, err);
        try {
            await("a node of the package")
                    .failFast(() -> assertThat(node.isAlive())
                            .as(Files.readString(out) + Files.readString(err))
                            .isTrue())
                    .until(() -> Http.get("http://" + admin + "/readyz").status() == 200);
            assertThat(done(debian, asUser("weldrctl", "-e", grpc, "--timeout", "60s", "ready"))
                            .out())
                    .isEqualTo("n1 is ready\n");
            node.destroy();
            assertThat(node.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(out)).isZero();
            assertThat(Files.readString(out)).doesNotContain(" WARN ");
            assertThat(err).isEmptyFile();
        } finally {
            node.destroyForcibly();
        }
    }

    private void unitIsValid(Path root) throws Exception {
        Built.needProgram("systemd-analyze");
        String unit = Files.readString(root.resolve(UNIT));
        assertThat(unit).doesNotContain("/opt/");
        // It looks for the program.
        Path copy = Files.writeString(
                folder.resolve("weldr.service"), unit.replace("/usr/lib/weldr/bin", root + "/usr/lib/weldr/bin"));
        Ended checked = Script.run(List.of("systemd-analyze", "verify", "--man=no", copy.toString()), Map.of());
        assertThat(checked.exit()).as("%s", checked).isZero();
        assertThat(checked.err()).isEmpty();
    }

    /** As systemd does with {@code User=weldr}. */
    private static String[] asUser(String... command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=weldr", "--regid=weldr", "--init-groups"));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    private static Ended done(OtherRoot debian, String... command) throws Exception {
        Ended ended = Script.run(
                debian.enter(List.of(command)),
                Map.of("DEBIAN_FRONTEND", "noninteractive", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C"));
        assertThat(ended.exit()).as("%s: %s", List.of(command), ended).isZero();
        return ended;
    }

    /** Without what dpkg and the C library keep for themselves. */
    private static List<String> lasting(OtherRoot debian) throws Exception {
        return debian.listing().stream()
                .filter(path -> !path.matches("/(run|tmp|var/log|var/cache|var/lib/dpkg|proc|dev)/.*"))
                .filter(path -> !path.matches("/etc/[a-z]+-|/weldr.deb")) // passwd- is passwd before its last change
                .toList();
    }

    private static String last(String text) {
        return text.substring(text.stripTrailing().lastIndexOf('\n') + 1).strip();
    }
}
