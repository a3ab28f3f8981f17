package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.weldr.proxy.stats.Counter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final HeldBytes held = new HeldBytes(1 << 20, new Counter(), () -> {});
    private final Backlog backlog = new Backlog(held.account(new Nobody()));

    private record Nobody() implements HeldBytes.Holder {
        @Override
        public void count() {}

        @Override
        public void shed() {}
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aFewBytesThatHaveToWaitDoNotKeepTheBufferThatTheyCameIn() {
        ByteBuf read = channel.alloc().directBuffer(4096).writeBytes(new byte[] {1, 2, 3});
        assertThat(Backlog.bytes(channel)).isZero();
        assertThat(backlog.fit(channel, read)).as("nothing waits").isSameAs(read);

        channel.write(channel.alloc().buffer(10).writeZero(10));
        assertThat(Backlog.bytes(channel)).isPositive();
        ByteBuf part = read.readRetainedSlice(2);
        ByteBuf copy = backlog.fit(channel, part);
        assertThat(copy.capacity()).isEqualTo(2);
        assertThat(copy.readByte()).isEqualTo((byte) 1);
        assertThat(copy.readByte()).isEqualTo((byte) 2);
        assertThat(read.refCnt()).as("the slice has been released").isEqualTo(1);

        ByteBuf large = channel.alloc().directBuffer(4096).writeZero(2000);
        assertThat(backlog.fit(channel, large))
                .as("a copy would cost more than it saves")
                .isSameAs(large);
        copy.release();
        read.release();
        large.release();
    }

    @Test
    void whatItHoldsIsTheCapacityAndFallsWithIt() {
        ByteBuf part = channel.alloc().directBuffer(64 * 1024).writeZero(16 * 1024);
        ByteBuf fitting = backlog.fit(channel, part);
        backlog.count(16 * 1024);
        assertThat(held.held()).isEqualTo(64 * 1024);
        ByteBuf slow =
                backlog.fit(channel, channel.alloc().directBuffer(64 * 1024).writeZero(16 * 1024));
        assertThat(slow.capacity()).as("of a peer that is slow").isEqualTo(16 * 1024);
        backlog.count(32 * 1024);
        assertThat(held.held()).isEqualTo(80 * 1024);
        backlog.count(16 * 1024);
        assertThat(held.held()).as("half of it has left").isEqualTo(40 * 1024);
        backlog.count(0);
        assertThat(held.held()).isZero();
        fitting.release();
        slow.release();
    }
}
