package io.weldr.cli;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices when nobody reads standard output any more while there is nothing to write. Java can only write and see;
 * epoll tells of the other end of a pipe or socket unasked. Where there is no epoll, or standard output is a file,
 * nothing is noticed until the next write.
 */
final class ReaderWatch implements AutoCloseable {
    private static final int STANDARD_OUTPUT = 1;
    private static final int CLOSE_MILLIS_MAX = 200;

    private final @Nullable MultiThreadIoEventLoopGroup loops;

    private ReaderWatch(@Nullable MultiThreadIoEventLoopGroup loops) {
        this.loops = loops;
    }

    /** @param gone called once, on another thread */
    static ReaderWatch begin(Runnable gone) {
        if (!Epoll.isAvailable()) {
            return new ReaderWatch(null);
        }
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("weldrctl-reader", true), EpollIoHandler.newFactory());
        IoEventLoop loop = loops.next();
        // The kernel refuses to watch a file; then the registration fails, and nobody has to know.
        loop.register(new Reader(gone)).addListener(registered -> {
            if (registered.isSuccess()) {
                ((IoRegistration) registered.getNow()).submit(EpollIoOps.EPOLLERR);
            }
        });
        return new ReaderWatch(loops);
    }

    @Override
    public void close() {
        if (loops != null) {
            loops.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MILLIS_MAX);
        }
    }

    private static final class Reader implements EpollIoHandle {
        private static final int EPOLLHUP = 0x10;

        private final FileDescriptor output = new FileDescriptor(STANDARD_OUTPUT);
        private final Runnable gone;

        Reader(Runnable gone) {
            this.gone = gone;
        }

        @Override
        public FileDescriptor fd() {
            return output;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            int ops = ((io.netty.channel.epoll.EpollIoEvent) event).ops().value();
            if ((ops & (EpollIoOps.EPOLLERR.value() | EPOLLHUP)) != 0 && registration.cancel()) {
                gone.run();
            }
        }

        @Override
        public void close() {} // standard output stays open
    }
}
