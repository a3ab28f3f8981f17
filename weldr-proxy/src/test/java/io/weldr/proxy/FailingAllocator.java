package io.weldr.proxy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes buffers until it is told to fail, and knows how many bytes of them have not been given back. */
final class FailingAllocator extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
    private final AtomicInteger left = new AtomicInteger();

    FailingAllocator() {
        super(true);
    }

    /** The call with that number from now on fails, and no other. */
    void failAt(int call) {
        left.set(call);
    }

    /** Whether the call that was to fail has come. From here on none fails. */
    boolean failed() {
        return left.getAndSet(0) == 0;
    }

    long bytesHeld() {
        return buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
    }

    private void count() {
        if (left.get() > 0 && left.decrementAndGet() == 0) {
            throw new OutOfMemoryError("a test says so");
        }
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        count();
        return buffers.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        count();
        return buffers.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
