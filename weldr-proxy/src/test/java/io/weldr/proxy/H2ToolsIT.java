package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Clients that others wrote speak HTTP/2 with weldr. Each story is skipped where its client is missing. */
class H2ToolsIT {

    private static String run(String... command) throws IOException, InterruptedException {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command[0])));
        assumeTrue(there, command[0] + " is not installed");
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static String url(TestProxy proxy) {
        return "http://127.0.0.1:" + proxy.server.boundAddress().getPort() + "/";
    }

    @Test
    void curlGetsAndPosts() throws Exception {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(origin)) {
            String[] get = {"curl", "-sS", "--http2-prior-knowledge", "-w", " by %{http_version}", url(proxy)};
            assertThat(run(get)).isEqualTo("ok by 2");
            String body = "x".repeat(200_000);
            Path file = Files.createTempFile("weldr", ".body");
            try {
                Files.writeString(file, body);
                assertThat(run("curl", "-sS", "--http2-prior-knowledge", "--data-binary", "@" + file, url(proxy)))
                        .isEqualTo("ok");
                assertThat(run(
                                "curl",
                                "-sS",
                                "--http2-prior-knowledge",
                                "-H",
                                "Content-Length:",
                                "-T",
                                file.toString(),
                                url(proxy)))
                        .isEqualTo("ok");
            } finally {
                Files.delete(file);
            }
            assertThat(origin.requests().get(1)).endsWith(body);
        }
    }

    @Test
    void nghttpGetsManyAtOnce() throws Exception {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(origin)) {
            String output = run("nghttp", "-nv", "-m", "100", url(proxy));
            assertThat(output).contains(":status: 200").doesNotContain("PROTOCOL_ERROR", "RST_STREAM");
            assertThat(proxy.value("proxy_http2_streams")).isEqualTo(100);
        }
    }

    /** A head of 40 KiB takes three frames: HEADERS and two CONTINUATION. */
    @Test
    void aHeadOfSeveralFramesIsRead() throws Exception {
        String first = "x".repeat(20_000);
        String second = "y".repeat(20_000);
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-First: " + first
                        + "\r\nX-Second: " + second + "\r\n\r\nok");
                TestProxy proxy = H2RequestsIT.speaking(
                        settings -> settings.limits(ProxyLimits.DEFAULTS.with("headBytesMax", 64 * 1024)), origin);
                H2Client client = H2Client.of(proxy)) {
            H2Client.Response response = client.get(1).response(1);
            assertThat(response.field("x-first")).isEqualTo(first);
            assertThat(response.field("x-second")).isEqualTo(second);
            assertThat(response.text()).isEqualTo("ok");
            assertThat(client.frames.stream().filter(frame -> frame.type() == H2Client.CONTINUATION))
                    .hasSize(2)
                    .allMatch(frame -> frame.payload().length <= 16 * 1024);
            assertThat(run("curl", "-sS", "--http2-prior-knowledge", "-D", "-", url(proxy)))
                    .contains("x-first: " + first, "x-second: " + second)
                    .endsWith("ok");
            assertThat(run("nghttp", "-v", "-m", "10", url(proxy)))
                    .contains("x-second: " + second)
                    .containsPattern("recv HEADERS frame <length=4[0-9]{4}") // the frames together
                    .doesNotContain("PROTOCOL_ERROR", "COMPRESSION_ERROR", "RST_STREAM");
        }
    }

    @Test
    void h2loadFailsNoRequest() throws Exception {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(origin)) {
            String output = run("h2load", "-n", "5000", "-c", "5", "-m", "50", url(proxy));
            assertThat(output).contains("5000 succeeded, 0 failed, 0 errored, 0 timeout");
            assertThat(proxy.value("proxy_http2_streams")).isEqualTo(5000);
            assertThat(proxy.gauge("proxy_http2_resets", "by", "weldr")).isZero();
        }
    }
}
