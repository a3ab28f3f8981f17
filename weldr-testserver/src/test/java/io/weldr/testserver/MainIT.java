package io.weldr.testserver;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainIT {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), arguments);
    }

    @Test
    void listensUntilItIsToldToStop() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--address",
                        "127.0.0.1:0",
                        "--name",
                        "one")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            String line = lines.readLine();
            assertThat(line).startsWith("weldr-testserver one listening on http://127.0.0.1:");
            URI url = URI.create(line.substring(line.indexOf("http://")) + "/");
            var answer =
                    HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
            assertThat(answer.headers().firstValue("X-Origin")).hasValue("one");
            process.toHandle().destroy(); // SIGTERM; unlike Process.destroy it leaves the streams open
            assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(lines.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aPortInUseIsOneLineAndExitCode1() {
        try (TestServer taken = TestServer.start()) {
            assertThat(run("--address", "127.0.0.1:" + taken.port())).isEqualTo(1);
            assertThat(err.toString(UTF_8).lines())
                    .singleElement()
                    .asString()
                    .contains("cannot listen on 127.0.0.1:" + taken.port());
            assertThat(out.size()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--address=nowhere",
                "--address=::1:80",
                "--address=h:99999",
                "--bogus",
                "--threads=0",
                "--tls-key=x"
            })
    void aWrongCommandLineIsOneLineAndExitCode2(String argument) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines()).singleElement().asString().startsWith("weldr-testserver: ");
        assertThat(out.size()).isZero();
    }

    @Test
    void helpAndVersion() {
        assertThat(run("--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(out.toString(UTF_8)).contains("--address").contains("weldr-testserver (built from sources)");
    }
}
