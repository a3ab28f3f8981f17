package io.weldr.it.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.RawClient;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator replaces the secret of a node that runs. The node looks at its file each half minute. */
class SecretRotationIT {
    private static final Pattern COOKIE = Pattern.compile("\r\nSet-Cookie: (sid=[^;]+);");
    private static final Pattern ORIGIN = Pattern.compile("\r\nX-Origin: (.*)\r\n");

    @Test
    void newCookiesAreOfTheNewSecretAndThoseOfTheOldOneStillCount(@TempDir Path folder) throws IOException {
        try (TestCluster cluster = TestCluster.start(folder, 1);
                TestServer one = TestServer.start();
                TestServer two = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(one.url()).status()).isEqualTo(201);
            assertThat(node.add(two.url()).status()).isEqualTo(201);
            String pool = node.adminUrl() + "/v1/pools/default";
            assertThat(Http.patch(pool + "?wait=applied", "{\"sticky\":{\"name\":\"sid\"}}")
                            .status())
                    .isEqualTo(200);
            String first = get(node, "");
            String old = find(COOKIE, first);
            String origin = find(ORIGIN, first);
            String revision = Http.get(pool).json().path("revision").asText();

            Path file = node.dataDir().resolve("secret");
            byte[] secret = new byte[32];
            new Random(1).nextBytes(secret);
            Path next = Files.copy(file, folder.resolve("next"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.writeString(next, HexFormat.of().formatHex(secret) + "\n" + Files.readString(file));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);

            await("a cookie of the new secret for " + origin).until(() -> {
                String response = get(node, "");
                return find(ORIGIN, response).equals(origin)
                        && !find(COOKIE, response).equals(old);
            });
            for (int i = 0; i < 4; i++) {
                String again = get(node, "Cookie: " + old + "\r\n");
                assertThat(find(ORIGIN, again)).isEqualTo(origin);
                assertThat(find(COOKIE, again))
                        .as("renewed, so that the secret before can be taken out of the file")
                        .isNotEqualTo(old);
            }
            assertThat(Http.get(pool).json().path("revision").asText()).isEqualTo(revision);
        }
    }

    private static String get(TestNode node, String field) throws IOException {
        try (RawClient client = RawClient.connect(node.proxyUrl())) {
            String response = client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n" + field + "\r\n")
                    .readResponse();
            assertThat(response).startsWith("HTTP/1.1 200 ");
            return response;
        }
    }

    private static String find(Pattern pattern, String response) {
        Matcher matcher = pattern.matcher(response);
        assertThat(matcher.find()).as("%s in %s", pattern, response).isTrue();
        return matcher.group(1);
    }
}
