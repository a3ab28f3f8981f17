package io.weldr.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.stats.Counter;
import io.weldr.proxy.stats.WorkerStats;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientsTest {

    private final DeadlineWheel wheel = new DeadlineWheel();
    private final WorkerStats stats = new WorkerStats();
    private final Clients clients = new Clients(stats, wheel);
    private long millis;

    /** Remembers what it is told. */
    private final class Told extends Client {
        private final Link link = new Link(this, wheel, new HeldBytes(1 << 20, new Counter(), () -> {}), 1);
        private String last = "";

        @Override
        public Link link() {
            return link;
        }

        @Override
        void lastCall() {
            last = "last call";
        }

        @Override
        void cutOff() {
            last = "cut off";
        }

        @Override
        public void connected() {
            clients.add(this);
        }

        @Override
        public void received(ByteBuf in) {}

        @Override
        public void receivedAll() {}

        @Override
        public void writabilityChanged(boolean writable) {}

        @Override
        public void inputEnded() {}

        @Override
        public void outputFailed() {}

        @Override
        public void broken() {}

        @Override
        public void failed(Throwable cause) {}

        @Override
        public void waitExpired() {}

        @Override
        public void shed() {}

        @Override
        public void closed() {
            clients.remove(this);
        }
    }

    private Told connect() {
        Told client = new Told();
        client.connected();
        return client;
    }

    private void pass(long more) {
        millis += more;
        wheel.advance(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void whatIsLeftAtTheDeadlineIsCutOff() {
        Told done = connect();
        Told stays = connect();
        clients.drain(Duration.ofSeconds(1));
        assertThat(done.last).isEqualTo("last call");
        done.closed();
        pass(900);
        assertThat(stays.last).isEqualTo("last call");
        pass(400);
        assertThat(stays.last).isEqualTo("cut off");
        assertThat(done.last).isEqualTo("last call");
        assertThat(stats.connectionsOpen.get()).isZero();
    }

    /** The sockets of a listener accept for half a second and more, also where there is no time to drain. */
    @Test
    void whatIsAcceptedAfterTheDeadlineIsCutOffToo() {
        clients.drain(Duration.ZERO);
        pass(300);
        Told late = connect();
        assertThat(late.last).isEmpty();
        pass(300);
        assertThat(late.last).isEqualTo("cut off");
        assertThat(stats.connectionsOpen.get()).isZero();
    }
}
