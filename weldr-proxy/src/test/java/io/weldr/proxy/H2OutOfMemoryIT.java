package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.PoolSettings;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * As {@link OutOfMemoryIT}, for HTTP/2 on either side and for TLS: an allocation fails, each in turn. One connection
 * may end. Others go on, nothing is counted as open, and no buffer is left.
 */
class H2OutOfMemoryIT {
    private static final String LARGE = "x".repeat(15_000);
    private static final TestCa CA = TestCa.root("authority");

    private final FailingAllocator allocator = new FailingAllocator();

    /** What one client does. */
    enum Kind {
        GET(client -> client.get(1)),
        MANY_AT_ONCE(client -> client.get(1).get(3).get(5)),
        POST_IN_PARTS(client -> client.request(1, false, "POST", "/")
                .data(1, LARGE, false)
                .data(1, LARGE, false)
                .headers(1, true, "x-check", "9")),
        POST_WITH_LENGTH(client -> client.request(1, false, "POST", "/", "content-length", "30000")
                .data(1, LARGE, false)
                .data(1, LARGE, true)),
        LARGE_RESPONSE(client -> client.request(1, true, "GET", "/large")),
        LARGE_RESPONSE_THAT_WAITS(client -> client.frame(H2Client.SETTINGS, 0, 0, H2Client.setting(4, 100))
                .request(1, true, "GET", "/large")
                .openWindow(1, 100_000)),
        HEAD_IN_PARTS(client -> {
            byte[] block = client.block(H2Client.request("GET", "/", "x-some", LARGE.substring(0, 5000)));
            client.frame(H2Client.HEADERS, H2Client.END_STREAM, 1, Arrays.copyOf(block, 2000));
            client.frame(H2Client.CONTINUATION, H2Client.END_HEADERS, 1, Arrays.copyOfRange(block, 2000, block.length));
        }),
        FRAME_IN_PIECES(client -> {
            byte[] block = client.block(H2Client.request("GET", "/"));
            byte[] frame = H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS | H2Client.END_STREAM, 1, block);
            client.raw(Arrays.copyOf(frame, 12)).raw(Arrays.copyOfRange(frame, 12, frame.length));
        }),
        MALFORMED(client -> client.headers(1, true, ":method", "GET")),
        REFUSED(client -> client.request(1, true, "GET", "/", "x-large", LARGE + LARGE)),
        CANCELLED(client -> client.request(1, true, "GET", "/large").cancel(1)),
        PING(client -> client.frame(H2Client.PING, 0, 0, new byte[8]).get(1));

        @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
        private final Consumer<H2Client> acts;

        Kind(Consumer<H2Client> acts) {
            this.acts = acts;
        }
    }

    /** A request that is lost fails surely, and not only after a while. */
    private static ProxySettings.Builder patient(ProxySettings.Builder settings) {
        return settings.limits(ProxyLimits.DEFAULTS.with("responseHeadTimeout", Duration.ofMinutes(10)));
    }

    private static RawOrigin http1() {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                wire.send(
                        request.startsWith("GET /large")
                                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n3a98\r\n" + LARGE
                                        + "\r\n3a98\r\n" + LARGE + "\r\n0\r\nt: v\r\n\r\n"
                                : RawOrigin.OK);
            }
        });
    }

    private static RawOrigin http2() {
        return H2Origins.answering((peer, stream) -> {
            if (String.valueOf(peer.soFar(stream).head).contains("/large")) {
                peer.headers(stream, false, ":status", "200")
                        .data(stream, LARGE, false)
                        .data(stream, LARGE, false)
                        .headers(stream, true, "t", "v");
            } else {
                H2Origins.ok(peer, stream, "ok");
            }
        });
    }

    /** Acts, and waits for the end of what it has asked for, or of the connection. */
    private static void act(H2Client client, Consumer<H2Client> acts) {
        client.begin().frame(H2Client.SETTINGS, H2Client.ACK, 0, new byte[0]);
        acts.accept(client);
        client.endOutput().readToEnd();
    }

    private static void acting(TestProxy proxy, Consumer<H2Client> acts) {
        try (H2Client client = H2Client.silent(proxy)) {
            act(client, acts);
        } catch (UncheckedIOException e) {
            // It was cut off.
        }
    }

    /** Returns how many allocations there are. */
    private int tellsOfEach(TestProxy proxy, Runnable story) {
        try (H2Client neighbour = H2Client.of(proxy)) {
            int[] stream = {1};
            neighbour.get(1).response(1); // behind it nothing more is on its way
            return OutOfMemoryIT.tellsOfEach(allocator, proxy, 1, () -> {
                story.run();
                boolean failed = allocator.failed(); // from here on none fails
                stream[0] += 2;
                assertThat(neighbour.get(stream[0]).response(stream[0]).text())
                        .as("the connection of another client")
                        .isEqualTo("ok");
                return failed;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneFailedAllocationEndsOneConnectionAtMost(Kind kind) {
        try (RawOrigin origin = http1();
                TestProxy proxy = TestProxy.allocating(allocator, H2OutOfMemoryIT::patient, origin)) {
            TestListener.ofNode().http2().putTo(proxy);
            assertThat(tellsOfEach(proxy, () -> acting(proxy, kind.acts))).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void soItIsOnTheWayToAnOriginOfHttp2(Kind kind) {
        try (RawOrigin origin = http2();
                TestProxy proxy = TestProxy.allocating(allocator, H2OutOfMemoryIT::patient)) {
            H2Origins.put(proxy, PoolSettings.builder().protocol(OriginProtocol.H2));
            proxy.add(origin.url());
            TestListener.ofNode().http2().putTo(proxy);
            assertThat(OutOfMemoryIT.tellsOfEach(allocator, proxy, 0, () -> {
                        acting(proxy, kind.acts);
                        return allocator.failed();
                    }))
                    .isPositive();
        }
    }

    @Test
    void soItIsWithinTls() {
        TestTls tls = new TestTls("one secret").put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = http1();
                TestProxy proxy = tls.publish(TestProxy.allocating(allocator, tls.settings(), origin))) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            TestListener.ofNode().http2().putTo(proxy);
            for (String protocol : new String[] {"http/1.1", "h2"}) {
                assertThat(tellsOfEach(proxy, () -> {
                            try (var socket = new TlsClient(CA)
                                    .offering(protocol)
                                    .speaking("TLSv1.3")
                                    .handshake(listener.port(), "a.example")) {
                                if (protocol.equals("h2")) {
                                    act(
                                            H2Client.on(socket),
                                            client -> client.headers(
                                                    1,
                                                    true,
                                                    ":method",
                                                    "GET",
                                                    ":scheme",
                                                    "https",
                                                    ":authority",
                                                    "a.example",
                                                    ":path",
                                                    "/large"));
                                } else {
                                    new Wire(socket)
                                            .send("GET /large HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
                                            .readToEnding();
                                }
                            } catch (IOException | UncheckedIOException e) {
                                // It was cut off.
                            }
                        }))
                        .as(protocol)
                        .isPositive();
            }
        }
    }
}
