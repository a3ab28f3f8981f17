package io.weldr.proxy.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.weldr.proxy.exchange.Worker;
import io.weldr.proxy.limits.ProxyLimits;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection for which there is no room: it is told so, its request is read and thrown away for a moment, so that the reset
 * which unread bytes would cause does not destroy the answer (RFC 9112 section 9.6), and it is closed.
 */
final class TurnedAway extends ChannelInboundHandlerAdapter {

    private final ConnectionLimit connections;
    private final Worker worker;
    private final long lingerMillis;
    private @Nullable Future<?> end; // set while it lingers

    /** @param worker whose loop this runs on */
    TurnedAway(ConnectionLimit connections, Worker worker, ProxyLimits limits) {
        this.connections = connections;
        this.worker = worker;
        lingerMillis = limits.lingerTimeout().toMillis();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        boolean lingers = connections.tryLinger();
        if (lingers) {
            end = ctx.channel().eventLoop().schedule(() -> ctx.close(), lingerMillis, TimeUnit.MILLISECONDS);
        }
        ctx.writeAndFlush(worker.tooManyConnections(ctx.alloc())).addListener(written -> {
            if (lingers && ctx.channel().isActive()) {
                ((DuplexChannel) ctx.channel()).shutdownOutput();
            } else {
                ctx.close();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Future<?> waiting = end;
        if (waiting != null) {
            end = null;
            waiting.cancel(false);
            connections.lingered();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
