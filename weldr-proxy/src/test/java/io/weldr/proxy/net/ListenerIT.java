package io.weldr.proxy.net;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of one listener, with clients that the kernel has taken and no loop has accepted yet. */
class ListenerIT {

    private static final int WORKERS = 3;
    private static final int CLIENTS = 200;

    /** Greets each client and closes. */
    private record Greeter(EventLoop loop, AtomicBoolean room) implements Reception {
        @Override
        public boolean hasRoom() {
            return room.get();
        }

        @Override
        public void welcome(Channel accepted) {
            accepted.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    ctx.writeAndFlush(Unpooled.copiedBuffer("hello", US_ASCII))
                            .addListener(ChannelFutureListener.CLOSE);
                }
            });
        }

        @Override
        public void turnAway(Channel accepted, ConnectionLimit connections) {
            throw new AssertionError("there is room");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aListenerThatClosesServesTheClientsInItsQueuesAndTheOtherListenerGoesOn(Transport transport) throws Exception {
        assumeThat(available(transport)).as("%s on this machine", transport).isTrue();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                WORKERS, new DefaultThreadFactory("listener", true), transport.ioHandler());
        try {
            List<Greeter> receptions = IntStream.range(0, WORKERS)
                    .mapToObj(i -> new Greeter((EventLoop) group.next(), new AtomicBoolean(true)))
                    .toList();
            ConnectionLimit connections = new ConnectionLimit(2 * CLIENTS);
            Listener one = listen(receptions, group, transport, connections);
            Listener other = listen(receptions, group, transport, connections);

            CountDownLatch goOn = hold(receptions);
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                waiting.add(connect(one));
            }
            CompletableFuture<Void> closed = one.close();
            one.close(); // changes nothing
            if (transport.reusesPort()) {
                assertThat(refuses(one)).isTrue(); // though no loop can do anything for it
            }
            goOn.countDown();

            for (Socket client : waiting) {
                assertThat(greeting(client)).isEqualTo("hello");
            }
            await().until(closed::isDone);
            await().until(() -> refuses(one)); // NIO closes a socket when its loop has turned once more
            assertThat(greeting(connect(other))).isEqualTo("hello");
            Listener.cut(List.of(other));
            await().until(() -> refuses(other));
        } finally {
            group.shutdownGracefully().awaitUninterruptibly();
        }
    }

    /**
     * The loop of the first socket hangs. Without a limit, its socket would be waited for, and the others would stay
     * open.
     */
    @Test
    void aLoopThatHangsDoesNotHoldUpTheEndOfTheOtherSockets() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                2, new DefaultThreadFactory("listener", true), Transport.NIO.ioHandler());
        CountDownLatch goOn = new CountDownLatch(1);
        try {
            Greeter first = new Greeter((EventLoop) group.next(), new AtomicBoolean(true));
            Greeter second = new Greeter((EventLoop) group.next(), new AtomicBoolean(true));
            Listener hangs = listen(List.of(first), first.loop(), Transport.NIO, new ConnectionLimit(CLIENTS));
            Listener runs = listen(List.of(second), second.loop(), Transport.NIO, new ConnectionLimit(CLIENTS));
            first.loop().execute(() -> awaitUninterrupted(goOn));

            CompletableFuture<Void> cut = CompletableFuture.runAsync(() -> Listener.cut(List.of(hangs, runs)));
            await().until(() -> refuses(runs));
            await("the wait for the loop that hangs to end").until(cut::isDone);
            goOn.countDown();
            await().until(() -> refuses(hangs));
        } finally {
            goOn.countDown();
            group.shutdownGracefully().awaitUninterruptibly();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void clientsForWhichThereIsNoRoomWaitInTheQueueUntilThereIs(Transport transport) throws Exception {
        try (Single single = new Single(transport)) {
            assertThat(greeting(connect(single.listener))).isEqualTo("hello"); // and that is the last for now
            single.awaitPause();
            Socket waiting = connect(single.listener);
            await("several looks whether there is room")
                    .during(Duration.ofMillis(350))
                    .failFast("it was accepted", () -> waiting.getInputStream().available() > 0)
                    .until(() -> true);
            assertThat(single.connections.pauses()).isEqualTo(1);

            single.room.set(true);
            assertThat(greeting(waiting)).isEqualTo("hello");
            assertThat(greeting(connect(single.listener))).isEqualTo("hello");
            assertThat(single.connections.pauses()).isEqualTo(1);
            Listener.cut(List.of(single.listener));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void aListenerThatAcceptsNothingClosesAllTheSame(Transport transport) throws Exception {
        try (Single single = new Single(transport)) {
            assertThat(greeting(connect(single.listener))).isEqualTo("hello");
            single.awaitPause();
            try (Socket waiting = connect(single.listener)) {
                CompletableFuture<Void> closed = single.listener.close();
                await().until(closed::isDone);
                await().until(() -> refuses(single.listener));
                assertThat(ended(waiting)).isTrue();
            }
        }
    }

    /**
     * As where an allocation fails. Such a connection would stay open for good, and hold a place among the connections.
     */
    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aConnectionThatCannotBeWelcomedIsClosedAndHoldsNoPlace(Transport transport) throws Exception {
        assumeThat(available(transport)).as("%s on this machine", transport).isTrue();
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("listener", true), transport.ioHandler());
        try {
            Greeter greeter = new Greeter(group.next(), new AtomicBoolean(true));
            AtomicBoolean fails = new AtomicBoolean(true);
            Reception failsOnce = new Reception() {
                @Override
                public EventLoop loop() {
                    return greeter.loop();
                }

                @Override
                public boolean hasRoom() {
                    return true;
                }

                @Override
                public void welcome(Channel accepted) {
                    if (fails.getAndSet(false)) {
                        throw new InternalError("of the test");
                    }
                    greeter.welcome(accepted);
                }

                @Override
                public void turnAway(Channel accepted, ConnectionLimit connections) {
                    greeter.turnAway(accepted, connections);
                }
            };
            ConnectionLimit one = new ConnectionLimit(1);
            Listener listener = listen(List.of(failsOnce), group, transport, one);
            try (Socket unlucky = connect(listener)) {
                assertThat(ended(unlucky)).isTrue();
                await().until(() -> one.open() == 0);
                assertThat(greeting(connect(listener))).isEqualTo("hello");
            }
            await().until(() -> one.open() == 0);
        } finally {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** A listener of one loop, with room for one client. */
    private static final class Single implements AutoCloseable {
        final AtomicBoolean room = new AtomicBoolean();
        final ConnectionLimit connections = new ConnectionLimit(CLIENTS);
        final Listener listener;
        private final MultiThreadIoEventLoopGroup group;

        Single(Transport transport) throws IOException {
            assumeThat(available(transport)).as("%s on this machine", transport).isTrue();
            group = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("listener", true), transport.ioHandler());
            listener = listen(List.of(new Greeter(group.next(), room)), group, transport, connections);
        }

        void awaitPause() {
            await().until(() -> connections.pauses() == 1);
        }

        @Override
        public void close() {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static boolean available(Transport transport) {
        return switch (transport) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable();
            case AUTO, NIO -> true;
        };
    }

    private static Listener listen(
            List<? extends Reception> receptions,
            EventLoopGroup group,
            Transport transport,
            ConnectionLimit connections)
            throws IOException {
        return new Binder(transport, group, ProxyLimits.DEFAULTS, ByteBufAllocator.DEFAULT)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), false, receptions, connections);
    }

    /** Holds every loop until the result is counted down. */
    private static CountDownLatch hold(List<Greeter> receptions) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(receptions.size());
        CountDownLatch goOn = new CountDownLatch(1);
        for (Greeter reception : receptions) {
            reception.loop().execute(() -> {
                held.countDown();
                awaitUninterrupted(goOn);
            });
        }
        held.await();
        return goOn;
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Socket connect(Listener listener) throws IOException {
        Socket socket =
                new Socket(listener.address().getAddress(), listener.address().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static boolean refuses(Listener listener) throws IOException {
        try {
            connect(listener).close();
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    /** Whether the connection has ended without a greeting: waits for it. */
    private static boolean ended(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    private static String greeting(Socket client) throws IOException {
        try (client) {
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
