package io.weldr.leader.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.weldr.core.health.ProbeResult;

/**
 * Asks nothing: a connection that stands is the answer, with its TLS handshake if the origin has one.
 *
 * <p>The probe ends the connection at once, in a way that the origin sees as an end and not as a failure. A socket that
 * is closed while bytes of the other side are unread resets the connection, and many servers speak first. So the probe
 * closes its half, and drops what comes until the origin has closed the other half, up to a limit and to the deadline.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class TcpQuestion implements Question {
    /** More than a greeting is not waited for. */
    static final int DROPPED_BYTES_MAX = 64 * 1024;

    @Override
    public void ask(Attempt attempt, SocketChannel connection) {
        attempt.add(new Dropping());
        attempt.answered(new ProbeResult(true, "connected"));
        SslHandler tls = connection.pipeline().get(SslHandler.class);
        if (tls == null) {
            connection.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> connection.shutdownOutput());
        }
    }

    private static final class Dropping extends ChannelInboundHandlerAdapter {
        private int dropped;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            dropped += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
            ReferenceCountUtil.release(message);
            if (dropped > DROPPED_BYTES_MAX) {
                ctx.close();
            }
        }
    }
}
