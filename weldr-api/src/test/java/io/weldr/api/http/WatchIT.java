package io.weldr.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.api.testkit.TestCluster;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The event stream, read as bytes from a socket. */
class WatchIT {
    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** One connection that watches. */
    private static final class Watcher implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader reader;

        Watcher(TestCluster cluster, String path, String... fields) throws IOException {
            socket = new Socket(
                    java.net.InetAddress.getLoopbackAddress(),
                    cluster.node(1).member().admin().port());
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", fields)
                                    + (fields.length > 0 ? "\r\n" : "") + "\r\n")
                            .getBytes(UTF_8));
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        }

        /** The next event as {@code id event data}; null at the end of the stream. */
        @Nullable String next() throws IOException {
            List<String> parts = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("id: ") || line.startsWith("event: ") || line.startsWith("data: ")) {
                    parts.add(line.substring(line.indexOf(' ') + 1));
                } else if (line.isEmpty() && parts.size() == 3) {
                    Contract.get().checkEvent(parts.get(1), parts.get(2));
                    return String.join(" ", parts);
                }
            }
            return null;
        }

        /** The first line of the answer. */
        String status() throws IOException {
            return String.valueOf(reader.readLine());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private long add(int port) {
        return cluster.submit(new Command.AddOrigin(
                        PoolName.DEFAULT,
                        OriginSpec.of(OriginUrl.parse("http://127.0.0.1:" + port)),
                        false,
                        Instant.now()))
                .index();
    }

    private void addAndRemove(int times) {
        for (int i = 0; i < times; i++) {
            add(1);
            cluster.submit(new Command.RemoveOrigin(
                    PoolName.DEFAULT,
                    new OriginRef.ByAddress(
                            OriginUrl.parse("http://127.0.0.1:1").address()),
                    null,
                    Instant.now()));
        }
    }

    @Test
    void aNewWatchSaysWhereItBeginsAndThenTellsEveryChange() throws Exception {
        try (Watcher watcher = new Watcher(cluster, "/v1/watch")) {
            assertThat(watcher.next())
                    .startsWith(cluster.state().revision() + " resync ")
                    .contains("a new watch");
            long first = add(1);
            assertThat(watcher.next())
                    .startsWith(first + " change ")
                    .contains("\"kind\":\"origin-added\"")
                    .contains("http://127.0.0.1:1");
            long second = add(2);
            assertThat(watcher.next()).startsWith(second + " change ");
        }
    }

    @Test
    void aWatchMayTellSomeChangesOnly() throws Exception {
        try (Watcher watcher = new Watcher(cluster, "/v1/watch?kind=pool,route&name=shop")) {
            assertThat(watcher.next()).contains(" resync ");
            add(1);
            Client client = new Client(cluster.node(1));
            client.post("/v1/pools", "{\"name\":\"other\"}").is(201);
            client.post("/v1/pools", "{\"name\":\"shop\"}").is(201);
            assertThat(watcher.next()).contains("\"kind\":\"pool-created\"", "\"subject\":\"shop\"");
            client.post("/v1/routes", "{\"name\":\"shop\",\"pools\":[{\"pool\":\"shop\"}]}")
                    .is(201);
            assertThat(watcher.next()).contains("\"kind\":\"route-created\"");
        }
        new Client(cluster.node(1)).get("/v1/watch?kind=pol").isProblem(400, "invalid-value");
        new Client(cluster.node(1)).get("/v1/history?kind=pol").isProblem(400, "invalid-value");
    }

    @Test
    void aClientThatComesBackGoesOnWhereItWas() throws Exception {
        long first = add(1);
        long second = add(2);
        long third = add(3);
        try (Watcher watcher = new Watcher(cluster, "/v1/watch", "Last-Event-ID: " + first)) {
            assertThat(watcher.next()).startsWith(second + " change ");
            assertThat(watcher.next()).startsWith(third + " change ");
        }
        try (Watcher watcher = new Watcher(cluster, "/v1/watch?after=" + second)) {
            assertThat(watcher.next()).startsWith(third + " change ");
        }
    }

    @Test
    void aClientThatWasAwayTooLongIsToldToReadAnew() throws Exception {
        long first = add(9);
        addAndRemove(ClusterState.CHANGES_MAX / 2 + 1);
        try (Watcher watcher = new Watcher(cluster, "/v1/watch", "Last-Event-ID: " + first)) {
            assertThat(watcher.next())
                    .startsWith(cluster.state().revision() + " resync ")
                    .contains("not kept any more");
            long next = add(2);
            assertThat(watcher.next()).startsWith(next + " change ");
        }
    }

    @Test
    void aRevisionThatNeverWasIsToldToReadAnew() throws Exception {
        try (Watcher watcher = new Watcher(cluster, "/v1/watch", "Last-Event-ID: 999999")) {
            assertThat(watcher.next()).contains(" resync ").contains("never was at revision 999999");
        }
    }

    @Test
    void aClientThatIsAheadOfANodeThatLagsWaitsForIt() throws Exception {
        long seen = add(1);
        cluster.node(1).lag(true);
        long ahead = add(2);
        try (Watcher watcher = new Watcher(cluster, "/v1/watch", "Last-Event-ID: " + ahead)) {
            long next = add(3);
            cluster.node(1).lag(false);
            assertThat(next).isGreaterThan(seen);
            assertThat(watcher.next()).startsWith(next + " change ");
        }
    }

    @Test
    void aSlowClientCostsNothingAndIsToldToReadAnewWhenItFellBehind() throws Exception {
        try (Watcher slow = new Watcher(cluster, "/v1/watch")) {
            assertThat(slow.next()).contains(" resync ");
            // Far more than the sockets hold: about 4 MB of events, while nobody reads.
            addAndRemove(5000);
            long last = add(7);
            long resyncs = 0;
            long lines = 0;
            String event = slow.next();
            while (event != null && !event.startsWith(last + " ")) {
                resyncs += event.contains(" resync ") ? 1 : 0;
                lines++;
                event = slow.next();
            }
            assertThat(event).isNotNull();
            assertThat(resyncs).isPositive();
            assertThat(lines).isLessThan(10_001);
        }
    }

    @Test
    void aStreamEndsWithItsNodeAndBadRequestsDoNotBegin() throws Exception {
        try (Watcher bad = new Watcher(cluster, "/v1/watch", "Last-Event-ID: seven")) {
            assertThat(bad.status()).contains("400");
        }
        try (Watcher bad = new Watcher(cluster, "/v1/watch?since=1")) {
            assertThat(bad.status()).contains("400");
        }
        try (Watcher watcher = new Watcher(cluster, "/v1/watch")) {
            assertThat(watcher.next()).contains(" resync ");
            cluster.node(1).server().drain();
            assertThat(watcher.next()).isNull();
        }
    }
}
