package io.weldr.node;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The virtual machine of a node keeps no addresses of its own. It decides so once in its life, so a process of its own
 * is asked.
 */
class NameCacheIT {
    private static final String NAME = "moving.example";
    private static final String HOSTS =
            "jdk.net.hosts.file"; // the JDK reads it at each lookup, in place of a name server

    @TempDir
    private Path folder;

    @Test
    void aNameThatMovesIsSeenAtTheNextLookup() throws IOException, InterruptedException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "");
        Path output = folder.resolve("output");
        Process asker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + HOSTS + "=" + hosts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asker.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(asker.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        } finally {
            asker.destroyForcibly();
        }
        assertThat(Files.readString(output)).endsWith("""
                unknown
                127.0.0.1
                127.0.0.2
                unknown
                """);
    }

    /** Does what a node does first, then looks the name up again and again. */
    static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) throws IOException {
            Main.run(new String[] {"--version"}, Map.of(), System.out, System.err);
            Path hosts = Path.of(System.getProperty(HOSTS));
            for (String record : new String[] {"", "127.0.0.1 " + NAME, "127.0.0.2 " + NAME, ""}) {
                Files.write(hosts, List.of(record));
                System.out.println(address());
            }
        }

        private static String address() {
            try {
                return InetAddress.getAllByName(NAME)[0].getHostAddress();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }
}
