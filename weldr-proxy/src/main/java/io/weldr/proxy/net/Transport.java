package io.weldr.proxy.net;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/** The implementation of sockets: epoll, io_uring or NIO. */
public enum Transport {
    /**
     * Epoll where it exists, else NIO. io_uring has to be asked for: it gains much where system calls are dear, and not
     * everybody has it.
     */
    AUTO,
    EPOLL,
    IO_URING,
    NIO;

    /**
     * The one that can be used here.
     *
     * @throws IllegalStateException it was asked for by name and this machine does not have it
     */
    public Transport resolve() {
        return switch (this) {
            case AUTO -> Epoll.isAvailable() ? EPOLL : NIO;
            case EPOLL -> checked(Epoll.isAvailable(), Epoll.unavailabilityCause());
            case IO_URING -> checked(IoUring.isAvailable(), IoUring.unavailabilityCause());
            case NIO -> NIO;
        };
    }

    private Transport checked(boolean available, Throwable why) {
        if (!available) {
            throw new IllegalStateException("transport: " + this + " is not available here: " + why.getMessage(), why);
        }
        return this;
    }

    /**
     * SO_KEEPALIVE of a listening socket. Linux hands it on to what that accepts: a system call less for each
     * connection.
     */
    public static final ChannelOption<Integer> KEEP_ALIVE = new IntegerUnixChannelOption("SO_KEEPALIVE", 1, 9);

    /** Whether {@link #KEEP_ALIVE} can be set. */
    public boolean handsOnKeepAlive() {
        return this == EPOLL;
    }

    /** Whether several sockets can listen on one port, each with a loop of its own. */
    public boolean reusesPort() {
        return this != NIO;
    }

    /** Whether one listening socket accepts for all loops. */
    boolean sharesSockets() {
        return !reusesPort();
    }

    /** The option by which sockets of one user may listen on one port; null: this system does not have it. */
    @Nullable ChannelOption<Boolean> reusePort() {
        return switch (this) {
            case EPOLL, IO_URING -> UnixChannelOption.SO_REUSEPORT;
            case NIO, AUTO -> NioPort.REUSE;
        };
    }

    /** What the JDK has of it. */
    private static final class NioPort {
        static final @Nullable ChannelOption<Boolean> REUSE = option();

        private static @Nullable ChannelOption<Boolean> option() {
            try (java.nio.channels.ServerSocketChannel socket = java.nio.channels.ServerSocketChannel.open()) {
                return socket.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)
                        ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                        : null;
            } catch (IOException e) {
                return null; // no socket can be opened: whoever binds is told why
            }
        }
    }

    /** The option by which a socket may have an address that the machine does not have now; null: there is none. */
    @Nullable ChannelOption<Boolean> freeBind() {
        return switch (this) {
            case EPOLL -> EpollChannelOption.IP_FREEBIND;
            case IO_URING -> IoUringChannelOption.IP_FREEBIND;
            case NIO, AUTO -> null;
        };
    }

    /** Makes the I/O side of an event loop. Only of a resolved transport. */
    public IoHandlerFactory ioHandler() {
        return switch (this) {
            case EPOLL -> PausableEpoll.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
            case AUTO -> throw new IllegalStateException("transport: AUTO (expected: a resolved one)");
        };
    }

    /** A listening socket, neither bound nor registered with a loop yet. */
    public ServerSocketChannel newServerSocket() {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel();
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO, AUTO -> new NioServerSocketChannel();
        };
    }

    /** A client socket, not registered with a loop yet. */
    public SocketChannel newSocket() {
        return switch (this) {
            case EPOLL -> new EpollSocketChannel();
            case IO_URING -> new IoUringSocketChannel();
            case NIO, AUTO -> new NioSocketChannel();
        };
    }
}
