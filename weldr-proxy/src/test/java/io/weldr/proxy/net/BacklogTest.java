package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @Test
    void aFewBytesThatHaveToWaitDoNotKeepTheBufferThatTheyCameIn() {
        ByteBuf read = channel.alloc().directBuffer(4096).writeBytes(new byte[] {1, 2, 3});
        assertThat(Backlog.bytes(channel)).isZero();
        assertThat(Backlog.fit(channel, read, false)).as("nothing waits").isSameAs(read);

        channel.write(channel.alloc().buffer(10).writeZero(10));
        assertThat(Backlog.bytes(channel)).isPositive();
        ByteBuf part = read.readRetainedSlice(2);
        ByteBuf copy = Backlog.fit(channel, part, false);
        assertThat(copy.capacity()).isEqualTo(2);
        assertThat(copy.readByte()).isEqualTo((byte) 1);
        assertThat(copy.readByte()).isEqualTo((byte) 2);
        assertThat(read.refCnt()).as("the slice has been released").isEqualTo(1);

        ByteBuf large = channel.alloc().directBuffer(4096).writeZero(2000);
        assertThat(Backlog.fit(channel, large, false))
                .as("a copy would cost more than it saves")
                .isSameAs(large);
        copy.release();
        read.release();
        large.release();
        channel.finishAndReleaseAll();
    }
}
