package io.weldr.proxy.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Binds the listening sockets of a proxy, and knows which it has. All of them share their ports (SO_REUSEPORT): several
 * sockets of one listener, and a wildcard and an address on the same port. Thread safe; blocks, and so must not be
 * called on an event loop.
 */
public final class Binder {

    /** Connections that the kernel completes while a loop is busy. Above the usual somaxconn of 4096 it is cut. */
    private static final int BACKLOG = 4096;

    /** A loop that runs binds a socket in far less than a millisecond. */
    private static final long BIND_SECONDS_MAX = 10;

    private final Transport transport;
    private final EventLoopGroup group;
    private final ProxyLimits limits;
    private final ByteBufAllocator allocator;
    private final Set<Listener> open = ConcurrentHashMap.newKeySet(); // until the last socket of each is closed

    /** @param group the loops of all receptions, for a transport of which one socket accepts for all */
    public Binder(Transport transport, EventLoopGroup group, ProxyLimits limits, ByteBufAllocator allocator) {
        this.transport = transport;
        this.group = group;
        this.limits = limits;
        this.allocator = allocator;
    }

    /**
     * Whether a listener of this proxy has the address, or is closing it. Then it cannot be bound: what its clients
     * send next could come to either.
     */
    public boolean has(InetSocketAddress address) {
        return address.getPort() != 0
                && open.stream().anyMatch(listener -> ListeningSockets.same(listener.address(), address));
    }

    /**
     * Binds {@code address} (port 0: any free one) for all receptions, or leaves nothing open.
     *
     * @param anyAddress whether it may be an address that this node does not have now (IP_FREEBIND), where the
     *     transport can
     * @throws CannotListenException names the address and says why
     */
    public Listener bind(
            InetSocketAddress address,
            boolean anyAddress,
            List<? extends Reception> receptions,
            ConnectionLimit connections)
            throws CannotListenException {
        if (address.getPort() != 0) {
            refuseIfTaken(address);
        }
        List<Channel> bound = new ArrayList<>();
        InetSocketAddress next = address;
        for (int i = 0; i < (transport.sharesSockets() ? 1 : receptions.size()); i++) {
            EventLoopGroup loop =
                    transport.sharesSockets() ? group : receptions.get(i).loop();
            ChannelFuture binding = bootstrap(loop, anyAddress)
                    .handler(new Acceptor(receptions, transport, limits, connections, allocator))
                    .bind(next);
            boolean done = binding.awaitUninterruptibly(BIND_SECONDS_MAX, TimeUnit.SECONDS);
            if (!binding.isSuccess()) {
                binding.channel().close();
                Listener.close(bound);
                throw done
                        ? new CannotListenException(next, binding.cause())
                        : new CannotListenException(next, "the event loop has not run for " + BIND_SECONDS_MAX + " s");
            }
            bound.add(binding.channel());
            next = (InetSocketAddress) binding.channel().localAddress();
        }
        Listener listener = new Listener(bound);
        open.add(listener);
        listener.closed().thenRun(() -> open.remove(listener));
        return listener;
    }

    private Bootstrap bootstrap(EventLoopGroup loop, boolean anyAddress) {
        ChannelOption<Boolean> freeBind = transport.freeBind();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(transport::newServerSocket)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(Transport.KEEP_ALIVE, transport.handsOnKeepAlive() ? 1 : null);
        ChannelOption<Boolean> reusePort = transport.reusePort();
        if (reusePort != null) {
            bootstrap.option(reusePort, true);
        }
        return anyAddress && freeBind != null ? bootstrap.option(freeBind, true) : bootstrap;
    }

    /**
     * The kernel refuses a port that somebody else has, but for a process of the same user that shares its ports, too:
     * look first. The kernel is asked by an attempt to bind, where this proxy itself has nothing on the port.
     */
    private void refuseIfTaken(InetSocketAddress address) throws CannotListenException {
        InetAddress host = address.getAddress();
        List<InetAddress> own = open.stream()
                .map(Listener::address)
                .filter(bound -> bound.getPort() == address.getPort())
                .map(InetSocketAddress::getAddress)
                .toList();
        if (own.isEmpty() && (host.isAnyLocalAddress() || isLocal(host))) {
            // Not a ServerSocket, which would listen at once: clients that connect meanwhile would be reset.
            try (Socket probe = new Socket()) {
                probe.setReuseAddress(true);
                probe.bind(address);
            } catch (IOException e) {
                throw new CannotListenException(address, e);
            }
            return;
        }
        for (InetAddress taken : ListeningSockets.on(address.getPort())) {
            if (!isOwn(taken, own) && ListeningSockets.overlap(taken, host)) {
                throw new CannotListenException(
                        address, "Address already in use (expected: no other program that listens there)");
            }
        }
    }

    private static boolean isOwn(InetAddress listening, List<InetAddress> own) {
        return own.stream()
                .anyMatch(
                        each -> each.equals(listening) || (each.isAnyLocalAddress() && listening.isAnyLocalAddress()));
    }

    /** Whether both are one address to a listening socket. All wildcards are. */
    public static boolean same(InetSocketAddress one, InetSocketAddress other) {
        return ListeningSockets.same(one, other);
    }

    /** Whether an interface of this machine has the address now. */
    public static boolean isLocal(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
