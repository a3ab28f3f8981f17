package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.weldr.testing.RefusingPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process that may open nothing more still answers, on the connections that it has. */
class OutOfDescriptorsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void aRequestForWhichNoSocketCanBeMadeIsAnswered() throws IOException, InterruptedException {
        assumeThat(Path.of("/usr/bin/prlimit")).as("prlimit, of util-linux").isExecutable();
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin =
                        RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                TestProxy proxy = TestProxy.limited("ejectAfterFailures", 0, origin);
                Wire client = proxy.connect()) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            assertThat(client.send(GET).readMessage()).endsWith("ok"); // and once by way of the other origin
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            Process limiter = limiter();
            try (BufferedReader said = limiter.inputReader(StandardCharsets.US_ASCII)) {
                tell(limiter);
                assertThat(said.readLine()).isEqualTo("none");
                for (int i = 0; i < 3; i++) {
                    assertThat(client.send(GET).readMessage())
                            .startsWith("HTTP/1.1 502 ")
                            .contains("origin refused the connection");
                }
                tell(limiter);
                assertThat(said.readLine()).isEqualTo("many");
            } finally {
                limiter.getOutputStream().close(); // ends it, and with it the limit
                assertThat(limiter.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
            }
            assertThat(client.send(GET).readMessage()).endsWith("ok");
        }
    }

    /**
     * Takes this process all further descriptors at the first line it is told, and gives them back at the second or at
     * the end.
     */
    private static Process limiter() throws IOException {
        long self = ProcessHandle.current().pid();
        String script = "read line; prlimit --pid %1$d --nofile=3: && echo none; read line; "
                + "prlimit --pid %1$d --nofile=$(prlimit --pid %1$d --nofile --noheadings --output HARD): && echo many";
        return new ProcessBuilder("sh", "-c", script.formatted(self))
                .redirectErrorStream(true)
                .start();
    }

    private static void tell(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }
}
