package io.weldr.proxy.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ReadBuffers;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.stats.OriginStats;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer that comes before the origin can have seen the request is not passed on. */
class H1OriginTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final DeadlineWheel wheel = new DeadlineWheel();
    private final CountDownLatch end = new CountDownLatch(1);
    private final NameResolver silent = new NameResolver(
            host -> {
                end.await();
                throw new UnknownHostException("the test is over");
            },
            System::nanoTime,
            Duration.ofMillis(500));
    private final OriginStats stats = new OriginStats();
    private final Waiting client = new Waiting();
    private static final PoolTerms TERMS = PoolTerms.of(
            ClusterState.INITIAL.defaultPool(),
            new PoolTerms.NodeDefaults(ProxyLimits.DEFAULTS, WhenAllDown.ANSWER_503));

    private final Endpoint endpoint = new Endpoint(
            Embedded.upstream(wheel, silent, ProxyLimits.DEFAULTS),
            origin(),
            TERMS,
            OriginAccess.PLAIN,
            stats,
            OriginRecord.unwatched());
    private final H1Origin connection = new H1Origin(endpoint, new ReadBuffers(), new ReuseTerms(500, wheel, 0, null));
    private final EmbeddedChannel channel = new EmbeddedChannel(connection.link());

    private static Origin origin() {
        OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://origin.example:80"));
        return ClusterState.INITIAL
                .apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), 1)
                .next()
                .defaultPool()
                .origins()
                .get(0);
    }

    /** The lookup of the name never ends, so that the place is taken and the test brings the connection for it. */
    @BeforeEach
    void open() {
        assertThat(endpoint.acquire(new Waiting(), true)).isNotNull();
        connection.opened();
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        end.countDown();
        silent.close();
    }

    private void begin() {
        connection.begin(client, false, null);
        connection.write(Unpooled.copiedBuffer(GET, US_ASCII));
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private void assertClosed() {
        assertThat(channel.isOpen()).isFalse();
        assertThat(stats.open.get()).isZero();
    }

    @Test
    void anAnswerToAnUnsentRequestOnANewConnectionIsTheOriginsFault() {
        begin();
        receive(OK);
        assertThat(client.told).containsExactly("broken: " + Failure.BAD_RESPONSE);
        assertClosed();
    }

    @Test
    void anAnswerToAnUnsentRequestOnAReusedConnectionLeavesTheRequestFreeForANewOne() {
        connection.becomeIdle();
        connection.leaveIdle();
        begin();
        receive(OK);
        assertThat(client.told).containsExactly("broken: " + Failure.DEAD_REUSED);
        assertClosed();
    }

    @Test
    void anAnswerToARequestThatHasLeftIsPassedOn() {
        begin();
        connection.flush();
        connection.requestSent(0);
        receive(OK);
        assertThat(client.told).containsExactly("head", "body: ok", "end", "pause");
        assertThat(channel.isOpen()).isTrue();
        connection.release();
    }

    /** Waits for a response, and remembers what it is told. */
    private static final class Waiting implements ResponseSink {
        final List<String> told = new ArrayList<>();

        @Override
        public void connected(Upstream connection) {
            throw new AssertionError("the name has no address");
        }

        @Override
        public void notConnected(Failure failure) {
            told.add("not connected: " + failure);
        }

        @Override
        public void interimHead(ResponseHead head) {
            told.add("interim head");
        }

        @Override
        public void responseHead(ResponseHead head, Framing framing, int following) {
            told.add("head");
        }

        @Override
        public void responseBody(ByteBuf part) {
            told.add("body: " + part.toString(US_ASCII));
            part.release();
        }

        @Override
        public boolean takesSplice() {
            return false;
        }

        @Override
        public int splice(Link from, long max) {
            throw new AssertionError("takes no splice");
        }

        @Override
        public void responseEnd() {
            told.add("end");
        }

        @Override
        public void responsePause() {
            told.add("pause");
        }

        @Override
        public void broken(Failure failure) {
            told.add("broken: " + failure);
        }

        @Override
        public void originWritability(boolean writable) {
            told.add("writable: " + writable);
        }

        @Override
        public void originDone() {
            told.add("done");
        }
    }
}
