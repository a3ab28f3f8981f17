package io.weldr.raft.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcHttp2ConnectionHandler;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiationEvent;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiator;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiators;
import org.apache.ratis.thirdparty.io.grpc.netty.ProtocolNegotiationEvent;
import org.apache.ratis.thirdparty.io.netty.buffer.ByteBuf;
import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandler;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.handler.codec.ByteToMessageDecoder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslHandler;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.apache.ratis.thirdparty.io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What a connection to the Raft port has to pass before a call of it is looked at: a handshake of TLS, within a time
 * and with room for few at once, so that strangers take nothing from members. While a cluster moves to TLS, the first
 * octet says which it is to be: 0x16 begins a record of a handshake (RFC 8446 section 5.1), and no frame of HTTP/2.
 */
final class PeerGate implements InternalProtocolNegotiator.ProtocolNegotiator {
    /** A handshake takes milliseconds. */
    private static final long HANDSHAKE_MILLIS_MAX = 5_000;

    /**
     * More than all members make at once. Of more than these, the oldest is closed: that of a member has passed by
     * then.
     */
    private static final int HANDSHAKES_MAX = 128;

    /** A member needs some ten. More are closed at once. */
    private static final int CONNECTIONS_MAX = 1024;

    private static final int TLS_HANDSHAKE = 0x16;

    private final PeerSecurity security;
    private final Set<Channel> handshaking = new LinkedHashSet<>(); // guarded by itself
    private final Set<Channel> open = new LinkedHashSet<>(); // guarded by itself

    PeerGate(PeerSecurity security) {
        this.security = security;
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of(security.speaksTls() ? "https" : "http");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
        return new Passage(InternalProtocolNegotiators.grpcNegotiationHandler(handler));
    }

    @Override
    public void close() {
        List<Channel> left;
        synchronized (handshaking) {
            left = new ArrayList<>(handshaking);
        }
        left.forEach(PeerGate::end);
    }

    private boolean admit(Channel channel) {
        synchronized (open) {
            if (open.size() >= CONNECTIONS_MAX) {
                return false;
            }
            open.add(channel);
        }
        var unused = channel.closeFuture().addListener(closed -> {
            synchronized (open) {
                open.remove(channel);
            }
            passed(channel);
        });
        Channel oldest = null;
        synchronized (handshaking) {
            handshaking.add(channel);
            if (handshaking.size() > HANDSHAKES_MAX) {
                Iterator<Channel> first = handshaking.iterator();
                oldest = first.next();
                first.remove();
            }
        }
        if (oldest != null) {
            end(oldest);
        }
        return true;
    }

    private boolean passed(Channel channel) {
        synchronized (handshaking) {
            return handshaking.remove(channel);
        }
    }

    /** One connection. Confined to its event loop. */
    private final class Passage extends ChannelInboundHandlerAdapter {
        private final ChannelHandler next;
        private @Nullable ProtocolNegotiationEvent event;
        private boolean plain;

        Passage(ChannelHandler next) {
            this.next = next;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            if (!admit(ctx.channel())) {
                end(ctx.channel());
                return;
            }
            if (!security.speaksTls()) {
                plain = true;
            } else if (!security.speaksPlain()) {
                ctx.pipeline().addBefore(ctx.name(), null, tls(ctx));
            } else {
                ctx.pipeline().addBefore(ctx.name(), null, new FirstOctet(this, ctx));
            }
            var unused = ctx.executor()
                    .schedule(
                            () -> {
                                if (passed(ctx.channel())) {
                                    end(ctx.channel());
                                }
                            },
                            HANDSHAKE_MILLIS_MAX,
                            TimeUnit.MILLISECONDS);
        }

        private SslHandler tls(ChannelHandlerContext ctx) {
            // The address is for what is said of a refusal. A server looks no session up by it.
            SSLEngine engine = security.server().newEngine(ctx.alloc(), host(ctx.channel()), 0);
            SslHandler handler = new SslHandler(engine);
            handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX);
            return handler;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.fireChannelActive();
            passIfPlain(ctx);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object occurred) {
            if (occurred instanceof ProtocolNegotiationEvent begun) {
                event = begun;
                passIfPlain(ctx);
            } else if (occurred instanceof SslHandshakeCompletionEvent handshake) {
                handshaken(ctx, handshake);
            } else {
                ctx.fireUserEventTriggered(occurred);
            }
        }

        void isPlain(ChannelHandlerContext ctx) {
            plain = true;
            passIfPlain(ctx);
        }

        private void passIfPlain(ChannelHandlerContext ctx) {
            if (plain && event != null && ctx.channel().isActive() && !ctx.isRemoved()) {
                pass(ctx, event, null);
            }
        }

        private void handshaken(ChannelHandlerContext ctx, SslHandshakeCompletionEvent handshake) {
            ProtocolNegotiationEvent begun = event;
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (handshake.isSuccess() && tls != null && begun != null) {
                if ("h2".equals(tls.applicationProtocol())) {
                    pass(ctx, begun, tls.engine().getSession());
                } else {
                    end(ctx.channel());
                }
                return;
            }
            Throwable cause = handshake.cause();
            if (cause instanceof SSLException && told(cause)) {
                security.refusals()
                        .tell(host(ctx.channel()), "it refuses the certificate of this node: " + cause.getMessage());
            }
            end(ctx.channel());
        }

        /**
         * Whether the other side said so. What this side found wrong was told when it was found, or is noise of a
         * stranger.
         */
        private static boolean told(Throwable cause) {
            return String.valueOf(cause.getMessage()).contains("fatal alert");
        }

        private void pass(ChannelHandlerContext ctx, ProtocolNegotiationEvent begun, @Nullable SSLSession session) {
            if (!passed(ctx.channel())) {
                end(ctx.channel()); // too late, or its place was taken
                return;
            }
            Attributes.Builder attributes = InternalProtocolNegotiationEvent.getAttributes(begun).toBuilder()
                    .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, ctx.channel().localAddress())
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, ctx.channel().remoteAddress());
            if (session != null) {
                attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
            }
            ctx.pipeline().replace(ctx.name(), null, next);
            ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(begun, attributes.build()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(ctx.channel()); // said where the handshake ended
        }
    }

    private static void end(Channel channel) {
        var unused = channel.close(); // cannot fail in a way that leaves it open
    }

    private static String host(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress().getHostAddress()
                : String.valueOf(channel.remoteAddress());
    }

    /** Looks at the first octet and goes. What came is handed on to whatever stands behind. */
    private static final class FirstOctet extends ByteToMessageDecoder {
        private final Passage passage;
        private final ChannelHandlerContext behind;

        FirstOctet(Passage passage, ChannelHandlerContext behind) {
            this.passage = passage;
            this.behind = behind;
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            if (in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE) {
                ctx.pipeline().addAfter(ctx.name(), null, passage.tls(behind));
            } else {
                passage.isPlain(behind);
            }
            ctx.pipeline().remove(this);
        }
    }
}
