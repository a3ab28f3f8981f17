package io.weldr.proxy;

import static io.weldr.proxy.TestListener.condition;
import static io.weldr.proxy.TestListener.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.proxy.net.Transport;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which addresses a node can bind for a listener of the cluster, and what it says of those that it cannot. */
class ListenerAddressesIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void anAddressThatIsTakenIsBoundWhenTheOtherProcessIsGone() throws IOException {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            int port = Ports.free();
            TestListener listener = TestListener.http("public", port);
            try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                // Something else is waited for, too, and is over first.
                TestListener.http("gone", Ports.free()).putTo(proxy).removeFrom(proxy);
                listener.putTo(proxy);
                assertThat(condition(proxy, "public").state()).isEqualTo(State.RETRYING);
                assertThat(condition(proxy, "public").reason()).startsWith("Address already in use (expected: ");
                assertThat(bound(proxy, "public")).isZero();
                TestListener other = TestListener.http("other", Ports.free()).putTo(proxy);
                assertThat(other.exchange(GET)).endsWith("ok");
                assertThat(taken.isClosed()).isFalse();
            }
            await("another attempt").until(() -> condition(proxy, "public").bound());
            assertThat(listener.exchange(GET)).endsWith("ok");
            assertThat(bound(proxy, "public")).isEqualTo(1);
        }
    }

    /** Both share their ports by SO_REUSEPORT, and are of one user: the kernel would let them have one port. */
    @Test
    void anAddressOfAnotherProxyIsTaken() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy one = TestProxy.inFrontOf(origin);
                TestProxy two = TestProxy.inFrontOf(origin)) {
            int port = Ports.free();
            TestListener.http("specific", port).putTo(one);
            TestListener.http("specific", port).putTo(two);
            assertThat(condition(two, "specific").reason()).startsWith("Address already in use");
            // Where a proxy has a socket on the port itself, the kernel cannot be asked by an attempt.
            int other = Ports.free();
            TestListener.http("a", "127.0.0.2:" + other).putTo(one);
            TestListener.http("b", "127.0.0.3:" + other).putTo(two);
            TestListener.http("c", "127.0.0.2:" + other).putTo(two);
            assertThat(condition(two, "b").bound()).isTrue();
            assertThat(condition(two, "c").reason()).startsWith("Address already in use");
        }
    }

    @Test
    void aWildcardAndAnAddressOnTheSamePortServeBoth() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2), origin)) {
            int port = Ports.free();
            TestListener.http("all", "0.0.0.0:" + port).putTo(proxy);
            TestListener one =
                    TestListener.http("one", "127.0.0.2:" + port).bodyMax(1).putTo(proxy);
            assertThat(condition(proxy, "all").bound()).isTrue();
            assertThat(condition(proxy, "one").reason()).isEmpty();
            assertThat(condition(proxy, "one").bound()).isTrue();
            String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";
            assertThat(one.exchange(post)).startsWith("HTTP/1.1 413 ");
            assertThat(TestListener.http("all", port).exchange(post)).endsWith("ok");
            one.removeFrom(proxy);
            await().until(() -> one.exchange(post).endsWith("ok"));
        }
    }

    /** The sockets of the proxy take both families: to them, both wildcards are one address. */
    @Test
    void theSecondOfTwoWildcardsSaysWhoHasTheAddress() {
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            int port = Ports.free();
            TestListener.http("four", "0.0.0.0:" + port).putTo(proxy);
            TestListener.http("six", "[::]:" + port).putTo(proxy);
            assertThat(condition(proxy, "six").state()).isEqualTo(State.RETRYING);
            assertThat(condition(proxy, "six").reason()).startsWith("listener four has the address");
        }
    }

    @Test
    void ipv6IsBoundToo() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener =
                    TestListener.http("six", "[::1]:" + Ports.free()).putTo(proxy);
            assertThat(condition(proxy, "six").bound()).isTrue();
            assertThat(condition(proxy, "six").address()).startsWith("[");
            assertThat(listener.exchange(GET)).endsWith("ok");
        }
    }

    /** A virtual IP is bound on every node, whoever holds it. */
    @Test
    void anAddressThatTheNodeDoesNotHaveIsBoundWhereTheTransportCan() {
        try (TestProxy proxy = TestProxy.with(settings -> settings.workers(2))) {
            int port = Ports.free();
            TestListener.http("four", "203.0.113.7:" + port).putTo(proxy);
            TestListener.http("six", "[2001:db8::7]:" + port).putTo(proxy);
            for (String name : List.of("four", "six")) {
                ListenerCondition condition = condition(proxy, name);
                if (TestProxy.TRANSPORT.resolve() == Transport.NIO) {
                    assertThat(condition.state()).isEqualTo(State.RETRYING);
                    assertThat(condition.reason())
                            .contains("Cannot assign requested address")
                            .contains("epoll");
                } else {
                    assertThat(condition.state()).isEqualTo(State.BOUND);
                    assertThat(condition.reason()).isEqualTo("no interface of this node has the address now");
                }
            }
        }
    }

    /**
     * The node binds its own ports after the listeners that it has on its disk: with one in the way it could not start.
     */
    @Test
    void aPortThatTheNodeNeedsForItselfIsNotBound() {
        int api = Ports.free();
        int other = Ports.free();
        InetSocketAddress own = new InetSocketAddress(InetAddress.getLoopbackAddress(), api);
        try (TestProxy proxy = TestProxy.with(settings -> settings.ownAddresses(Map.of("admin-address", own)))) {
            TestListener.http("all", "0.0.0.0:" + api).putTo(proxy);
            TestListener.http("same", "127.0.0.1:" + api).putTo(proxy);
            TestListener.http("elsewhere", "127.0.0.2:" + api).putTo(proxy);
            TestListener.http("other", other).putTo(proxy);
            for (String name : List.of("all", "same")) {
                assertThat(condition(proxy, name).state()).isEqualTo(State.NOT_ALLOWED);
                assertThat(condition(proxy, name).reason())
                        .isEqualTo("port " + api + " is needed for admin-address of this node (expected: a port that no"
                                + " node uses for itself)");
            }
            assertThat(condition(proxy, "elsewhere").bound()).isTrue();
            assertThat(condition(proxy, "other").bound()).isTrue();
        }
    }

    @Test
    void aPortOutsideOfListenerAllowIsNotBound() {
        int allowed = Ports.free();
        int other = Ports.free();
        try (TestProxy proxy =
                TestProxy.with(settings -> settings.listenerAllow(PortRanges.parse(String.valueOf(allowed))))) {
            TestListener.http("a", allowed).putTo(proxy);
            TestListener.http("b", other).putTo(proxy);
            assertThat(condition(proxy, "a").bound()).isTrue();
            assertThat(condition(proxy, "b").state()).isEqualTo(State.NOT_ALLOWED);
            assertThat(condition(proxy, "b").reason())
                    .isEqualTo("port " + other + " is not in listener-allow of this node (expected: one of " + allowed
                            + ")");
            assertThat(refuses("127.0.0.1", other)).isTrue();
        }
    }

    @Test
    void lowPortsAreBoundByAProcessThatMay() {
        int port = 1023;
        assumeThat(canBind(port)).as("the privilege to listen on port %s", port).isTrue();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy =
                        TestProxy.with(settings -> settings.listenerAllow(PortRanges.parse("1-65535")), origin)) {
            TestListener listener = TestListener.http("low", port).putTo(proxy);
            assertThat(condition(proxy, "low").bound()).isTrue();
            assertThat(listener.exchange(GET)).endsWith("ok");
        }
    }

    private static boolean canBind(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static double bound(TestProxy proxy, String listener) {
        return proxy.gauge("proxy_listener_bound", "listener", listener);
    }
}
