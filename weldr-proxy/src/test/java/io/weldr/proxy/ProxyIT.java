package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Traffic.Count;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.testing.RefusingPort;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The ordinary life of a request. */
class ProxyIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example\r\nX-Request-Id: id-1\r\n\r\n";

    @Test
    void aRequestReachesTheOriginWithWhatAnIntermediaryOwes() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            String response = proxy.exchange(
                    "GET /a//b/%2e%2e;v=1? HTTP/1.1\r\nHost: shop.example\r\nX-Request-Id: id-1\r\nAccept: */*\r\n\r\n");

            assertThat(origin.requests())
                    .containsExactly("GET /a//b/%2e%2e;v=1? HTTP/1.1\r\n"
                            + "Host: shop.example\r\n"
                            + "Accept: */*\r\n"
                            + "X-Forwarded-For: 127.0.0.1\r\n"
                            + "X-Forwarded-Proto: http\r\n"
                            + "X-Forwarded-Host: shop.example\r\n"
                            + "Via: 1.1 weldr\r\n"
                            + "X-Request-Id: id-1\r\n"
                            + "\r\n");
            assertThat(response)
                    .isEqualTo("HTTP/1.1 200 OK\r\n"
                            + "Date: now\r\n"
                            + "Content-Length: 2\r\n"
                            + "Via: 1.1 weldr\r\n"
                            + "X-Request-Id: id-1\r\n"
                            + "\r\nok");
        }
    }

    @Test
    void bothConnectionsServeOneRequestAfterAnother() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("\r\n\r\nok");
            }
            assertThat(origin.connections()).isEqualTo(1);
            assertThat(proxy.traffic().client()).isEqualTo(new Count(100, 0));
            assertThat(proxy.traffic().server()).isEqualTo(new Count(100, 0));
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        String path = request.substring(4, request.indexOf(' ', 4));
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.readMessage()).endsWith("\r\n\r\n/" + i);
            }
        }
    }

    @Test
    void requestsGoRoundTheOriginsThatAreUp() {
        try (RawOrigin one = RawOrigin.answering(RawOrigin.OK);
                RawOrigin two = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(one, two);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                client.send(GET).readMessage();
            }
            assertThat(one.requests()).hasSize(5);
            assertThat(two.requests()).hasSize(5);
        }
    }

    @Test
    void withoutAnOriginTheAnswerIs503AndTheConnectionStays() {
        try (TestProxy proxy = TestProxy.inFrontOf();
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .endsWith("503 Service Unavailable: no origin is up\ncause: no_origin_up\nrequest id: id-1\n");
            assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 503 ");
            assertThat(proxy.traffic().client()).isEqualTo(new Count(0, 2));
        }
    }

    @Test
    void anOriginThatRefusesIsReplacedByAnotherOne() {
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            proxy.add(origin.url());
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 200 OK\r\n");
            }
            assertThat(proxy.traffic().client()).isEqualTo(new Count(4, 1));
        }
    }

    @Test
    void bodiesPassInBothDirections() {
        String body = "x".repeat(100_000);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        String sent = request.substring(request.indexOf("\r\n\r\n") + 4);
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + sent.length() + "\r\n\r\n" + sent);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int length : new int[] {0, 1, 100, 2048, 5000, 100_000, 70_000}) {
                String part = body.substring(0, length);
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" + part);
                assertThat(client.readMessage()).endsWith("\r\n\r\n" + part).contains("Content-Length: " + length);
            }
        }
    }

    @Test
    void chunksPassAsTheyCome() {
        String body = "5;a=b\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                assertThat(client.readMessage())
                        .contains("Transfer-Encoding: chunked\r\n")
                        .endsWith("\r\n\r\n" + body);
                assertThat(origin.requests().get(i))
                        .contains("Transfer-Encoding: chunked\r\n")
                        .endsWith("\r\n\r\n" + body);
            }
        }
    }

    @Test
    void aResponseWithoutLengthIsGivenAnEnd() {
        try (RawOrigin origin = RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\n\r\nto the end");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage())
                    .contains("Transfer-Encoding: chunked\r\n")
                    .endsWith("\r\n\r\na\r\nto the end\r\n0\r\n\r\n");
            assertThat(client.send(GET).readMessage()).endsWith("0\r\n\r\n");
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").readToEnd())
                    .contains("Connection: close\r\n")
                    .endsWith("\r\n\r\nto the end");
        }
    }

    @Test
    void anOriginThatIsRemovedGetsNoMoreRequests() {
        try (RawOrigin one = RawOrigin.answering(RawOrigin.OK);
                RawOrigin two = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(one, two);
                Wire client = proxy.connect()) {
            client.send(GET).readMessage();
            client.send(GET).readMessage();
            var id = new io.weldr.core.state.OriginRef.ByAddress(io.weldr.core.pool.HostPort.parse(one.authority()));
            proxy.apply(new io.weldr.core.state.Command.RemoveOrigin(
                    io.weldr.core.pool.PoolName.DEFAULT, id, null, java.time.Instant.EPOCH));
            int before = two.requests().size();
            client.send(GET).readMessage();
            client.send(GET).readMessage();
            assertThat(two.requests()).hasSize(before + 2);
        }
    }

    @Test
    void drainingFinishesWhatIsUnderWay() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    wire.send(RawOrigin.OK);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire idle = proxy.connect();
                Wire busy = proxy.connect()) {
            busy.send(GET);
            await().until(() -> origin.requests().size() == 1);
            var drained = new java.util.concurrent.CompletableFuture<Boolean>();
            Thread drainer = new Thread(() -> drained.complete(proxy.server.drain(java.time.Duration.ofSeconds(10))));
            drainer.start();
            assertThat(idle.atEnd()).isTrue();
            answer.countDown();
            assertThat(busy.readToEnd()).contains("Connection: close\r\n").endsWith("ok");
            assertThat(drained.join()).isTrue();
            drainer.join();
        }
    }

    @Test
    void aRequestThatCrossesTheBeginningOfDrainingIsAnswered() throws Exception {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire kept = proxy.connect()) {
            kept.send(GET);
            assertThat(kept.readMessage()).doesNotContain("Connection: close");
            var drained = new java.util.concurrent.CompletableFuture<Boolean>();
            Thread drainer = new Thread(() -> drained.complete(proxy.server.drain(java.time.Duration.ofSeconds(10))));
            drainer.start();
            await("draining to begin")
                    .pollInterval(java.time.Duration.ofMillis(1))
                    .until(() -> refuses(proxy));
            kept.send(GET);
            assertThat(kept.readToEnd()).startsWith("HTTP/1.1 200").contains("Connection: close\r\n");
            assertThat(drained.join()).isTrue();
            drainer.join();
        }
    }

    private static boolean refuses(TestProxy proxy) {
        try (java.net.Socket socket = new java.net.Socket()) {
            socket.connect(proxy.server.boundAddress(), 1_000);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            for (int workers : new int[] {1, 2}) {
                var settings = ProxySettings.builder()
                        .address((java.net.InetSocketAddress) taken.getLocalSocketAddress())
                        .workers(workers)
                        .build();
                var state = new io.weldr.core.port.Published<>(io.weldr.core.state.ClusterState.INITIAL);
                try (NameResolver names = new NameResolver();
                        ProxyServer server = new ProxyServer(settings, state, names)) {
                    org.assertj.core.api.Assertions.assertThatThrownBy(server::start)
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("cannot listen on")
                            .hasMessageContaining(":" + taken.getLocalPort());
                }
            }
        }
    }
}
