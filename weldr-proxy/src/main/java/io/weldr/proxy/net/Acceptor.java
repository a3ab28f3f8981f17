package io.weldr.proxy.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.weldr.proxy.limits.ProxyLimits;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what a listening socket accepts: sets it up, gives it its one handler and a loop. Netty's own bootstrap does
 * the same with more generality than a connection that lives for one request can afford. Confined to the loop of its
 * socket.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {

    /** After a failure to accept, mostly for want of file descriptors: time for some to be closed. */
    private static final long PAUSE_MILLIS = 1000;

    /** Between two looks whether there is room again. */
    private static final long ROOM_PAUSE_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    private final List<? extends Reception> receptions;
    private final boolean ownLoop;
    private final boolean setsKeepAlive;
    private final ConnectionLimit connections;
    private final ByteBufAllocator allocator;
    private final WriteBufferWaterMark waterMark;
    private final ReadBuffers buffers = new ReadBuffers();
    private int turn;

    /**
     * @param receptions to one of which each connection goes: that of the socket's own loop, or in turn if there is
     * none
     */
    Acceptor(
            List<? extends Reception> receptions,
            Transport transport,
            ProxyLimits limits,
            ConnectionLimit connections,
            ByteBufAllocator allocator) {
        this.receptions = receptions;
        this.allocator = allocator;
        this.connections = connections;
        ownLoop = transport.reusesPort();
        setsKeepAlive = !transport.handsOnKeepAlive();
        waterMark = new WriteBufferWaterMark(limits.backlogLowBytes(), limits.backlogHighBytes());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel accepted = (Channel) message;
        Reception reception = reception(ctx);
        boolean entered = connections.tryEnter();
        try {
            prepare(accepted, reception, entered);
        } catch (Throwable e) { // it belongs to no loop that would close it
            if (entered) {
                connections.leave();
            }
            accepted.unsafe().closeForcibly();
            throw e;
        }
        reception.loop().register(accepted).addListener(registered -> {
            if (!registered.isSuccess()) {
                LOG.debug("a connection came while the proxy was closing", registered.cause());
                accepted.unsafe().closeForcibly();
            }
        });
    }

    private void prepare(Channel accepted, Reception reception, boolean entered) {
        ChannelConfig config = accepted.config(); // TCP_NODELAY is on unless it is turned off
        config.setAllocator(allocator);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setRecvByteBufAllocator(buffers);
        config.setWriteBufferWaterMark(waterMark);
        if (setsKeepAlive) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        if (entered) {
            reception.welcome(accepted);
            accepted.closeFuture().addListener(closed -> connections.leave());
        } else {
            reception.turnAway(accepted, connections);
        }
    }

    private Reception reception(ChannelHandlerContext ctx) {
        for (Reception reception : receptions) {
            if (ownLoop && reception.loop() == ctx.channel().eventLoop()) {
                return reception;
            }
        }
        return receptions.get(Math.floorMod(turn++, receptions.size()));
    }

    /** While there is no room for what connections would hold, they wait in the queue of the kernel. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!hasRoom(ctx.channel()) && ctx.channel().config().isAutoRead()) {
            connections.paused();
            pause(ctx.channel(), ROOM_PAUSE_MILLIS);
        }
    }

    private boolean hasRoom(Channel listening) {
        for (Reception reception : receptions) {
            if (!reception.hasRoom() && (!ownLoop || reception.loop() == listening.eventLoop())) {
                return false;
            }
        }
        return true;
    }

    private void pause(Channel listening, long millis) {
        listening.config().setAutoRead(false);
        listening.eventLoop().schedule(() -> goOn(listening), millis, TimeUnit.MILLISECONDS);
    }

    private void goOn(Channel listening) {
        if (!listening.isOpen()) {
            return;
        }
        if (hasRoom(listening)) {
            listening.config().setAutoRead(true);
        } else {
            pause(listening, ROOM_PAUSE_MILLIS);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.warn("a connection could not be accepted; the next one in {} ms: {}", PAUSE_MILLIS, cause.toString());
        if (ctx.channel().config().isAutoRead()) {
            pause(ctx.channel(), PAUSE_MILLIS);
        }
    }
}
