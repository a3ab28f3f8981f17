package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.ProxyHeader;
import java.net.InetSocketAddress;

/**
 * Stands in front of the link of a connection that has to begin with a PROXY protocol header. The connection begins for
 * the link when the header has come; then this leaves. A connection without one is closed. Confined to its event loop.
 */
final class HeaderGate extends ChannelInboundHandlerAdapter implements Expiry {

    private final ServerLoop loop;
    private final Client client;
    private final Deadline deadline;
    private final HeldBuffer partial;

    HeaderGate(ServerLoop loop, Client client) {
        this.loop = loop;
        this.client = client;
        deadline = new Deadline(loop.exchanges.wheel(), this);
        partial = new HeldBuffer(client.link().account());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        loop.clients.add(client); // a listener that is drained or closed ends it, too
        deadline.in(loop.requestHeadTicks);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = HeadBytes.join(partial.take(), (ByteBuf) message);
        ProxyHeader header = loop.proxyHeader;
        ProxyHeader.Scan scan;
        try {
            scan = header.scan(in);
        } catch (Throwable e) {
            in.release();
            throw e;
        }
        switch (scan) {
            case INCOMPLETE -> partial.put(HeadBytes.keep(ctx.alloc(), in));
            case INVALID -> {
                in.release();
                refuse();
            }
            case COMPLETE -> open(ctx, header, in);
        }
    }

    private void open(ChannelHandlerContext ctx, ProxyHeader header, ByteBuf in) {
        deadline.cancel();
        InetSocketAddress source = header.source();
        InetSocketAddress destination = header.destination();
        if (source != null && destination != null) {
            client.link().tell(source, destination);
        }
        in.skipBytes(header.length());
        ctx.pipeline().remove(this);
        ctx.fireChannelActive();
        if (in.isReadable()) {
            ctx.fireChannelRead(in);
        } else {
            in.release();
        }
    }

    /** Bytes of a header that is not complete are nothing that the link has to know of. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
        } else if (partial.isEmpty()) {
            client.link().close(); // a check whether the port is open
        } else {
            refuse();
        }
    }

    @Override
    public void expired() {
        refuse();
    }

    private void refuse() {
        loop.clients.withoutProxyHeader.increment();
        loop.exchanges.stats().causes(Failure.BAD_PROXY_HEADER).increment();
        client.link().close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline.cancel();
        partial.drop();
    }
}
