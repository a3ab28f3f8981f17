package io.weldr.proxy.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.stats.Counter;
import org.junit.jupiter.api.Test;

class HeldBufferTest {
    private final HeldBytes held = new HeldBytes(Long.MAX_VALUE, new Counter(), () -> {});
    private final HeldBuffer buffer = new HeldBuffer(held.account(new HeldBytes.Holder() {
        @Override
        public void count() {}

        @Override
        public void shed() {}
    }));

    private static ByteBuf bytes(String text, int capacity, int capacityMax) {
        return Unpooled.buffer(capacity, capacityMax).writeBytes(text.getBytes(US_ASCII));
    }

    private String waiting() {
        ByteBuf waiting = buffer.get();
        return waiting == null ? "" : waiting.toString(US_ASCII);
    }

    @Test
    void whatIsAppendedToNothingIsKeptAsItIs() {
        ByteBuf first = bytes("ab", 2, 2);
        buffer.append(ByteBufAllocator.DEFAULT, first);
        assertThat(buffer.get()).isSameAs(first);
        buffer.drop();
        assertThat(first.refCnt()).isZero();
    }

    @Test
    void whereThereIsRoomTheBufferStays() {
        ByteBuf first = bytes("ab", 8, 8);
        ByteBuf second = bytes("cd", 2, 2);
        buffer.append(ByteBufAllocator.DEFAULT, first);
        buffer.append(ByteBufAllocator.DEFAULT, second);
        assertThat(buffer.get()).isSameAs(first);
        assertThat(waiting()).isEqualTo("abcd");
        assertThat(second.refCnt()).isZero();
        buffer.drop();
    }

    @Test
    void whereThereIsNoRoomAWiderBufferTakesBoth() {
        ByteBuf first = bytes("ab", 2, 2);
        ByteBuf second = bytes("cd", 2, 2);
        buffer.append(ByteBufAllocator.DEFAULT, first);
        buffer.append(ByteBufAllocator.DEFAULT, second);
        assertThat(waiting()).isEqualTo("abcd");
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        buffer.drop();
    }

    @Test
    void whenNoWiderBufferCanBeMadeBothAreReleased() {
        ByteBufAllocator full = new FullAllocator();
        ByteBuf first = bytes("ab", 2, 2);
        ByteBuf second = bytes("cd", 2, 2);
        buffer.append(full, first);
        assertThatThrownBy(() -> buffer.append(full, second)).isInstanceOf(OutOfMemoryError.class);
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
    }

    /** Has no room for any buffer. */
    private static final class FullAllocator extends AbstractByteBufAllocator {
        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("a test says so");
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("a test says so");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
