package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeldBytesTest {

    private final AtomicInteger told = new AtomicInteger();
    private final HeldBytes held = new HeldBytes(1000, told::incrementAndGet);

    @Test
    void aSliceHoldsAllOfTheBufferThatItIsPartOf() {
        ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(4096).writeZero(100);
        ByteBuf slice = read.readRetainedSlice(10).retainedSlice(1, 2);
        assertThat(HeldBytes.capacity(slice)).isEqualTo(read.capacity());
        assertThat(HeldBytes.capacity(Unpooled.EMPTY_BUFFER)).isZero();
        slice.release();
        slice.release();
        read.release();
    }

    @Test
    void connectionsAreRefusedFirstRequestsThenAndTheRestIsTold() {
        held.add(750);
        assertThat(held.takesConnections()).isTrue();
        held.add(1);
        assertThat(held.takesConnections()).isFalse();
        assertThat(held.takesRequests()).isTrue();
        held.add(150);
        assertThat(held.takesRequests()).isFalse();
        held.add(99);
        assertThat(told).hasValue(0);
        held.add(1);
        assertThat(told).hasValue(1);
        held.add(5);
        assertThat(told).as("once").hasValue(1);
        held.add(-1006);
        assertThat(held.held()).isZero();
        held.relieved();
        held.add(1001);
        assertThat(told).hasValue(2);
    }

    @Test
    void aPlaceCountsWhatIsInIt() {
        HeldBuffer place = new HeldBuffer(held);
        ByteBuf buffer = Unpooled.buffer(64);
        place.put(buffer);
        assertThat(held.held()).isEqualTo(64);
        assertThat(place.take()).isSameAs(buffer);
        assertThat(held.held()).isZero();
        place.put(buffer);
        place.drop();
        assertThat(held.held()).isZero();
        assertThat(buffer.refCnt()).isZero();
    }
}
