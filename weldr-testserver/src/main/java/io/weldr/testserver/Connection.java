package io.weldr.testserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: one exchange after the other, each begun when the one before has been read and answered
 * in full.
 *
 * <p>It asks for no more octets while decoded messages wait or while what it has written is not taken: a client that
 * reads slowly is read slowly. It does ask while an answer is being made, so that the end of the connection is noticed;
 * that ends the exchange. Confined to the event loop of its channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, and that ends the exchange
final class Connection extends ChannelInboundHandlerAdapter {
    /** How long a client may go on sending after an answer that closes, before it is cut off. */
    static final int LINGER_MS_MAX = 5_000;

    private final String origin;
    private final Routes routes;
    private final Behaviour behaviour;
    private final Received received;
    private final HeadRecordingDecoder decoder;
    private final ResponseEncoder encoder;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange current;
    private final Deque<Object> inbox = new ArrayDeque<>(); // at most what one read of the socket decodes to
    private boolean taking;
    private boolean reading;
    private boolean paused;
    private boolean closing;

    Connection(
            String origin,
            Routes routes,
            Behaviour behaviour,
            Received received,
            HeadRecordingDecoder decoder,
            ResponseEncoder encoder) {
        this.origin = origin;
        this.routes = routes;
        this.behaviour = behaviour;
        this.received = received;
        this.decoder = decoder;
        this.encoder = encoder;
    }

    String origin() {
        return origin;
    }

    ResponseEncoder encoder() {
        return encoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        received.connectionOpened();
        ctx.channel().closeFuture().addListener(closed -> received.connectionClosed());
        carryOn();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        inbox.add(message);
        carryOn();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        carryOn();
    }

    /**
     * Takes what has come, as far as it may be taken now, and asks for more. A call out of itself is one more round.
     */
    private void carryOn() {
        if (taking) {
            return;
        }
        taking = true;
        try {
            while (!inbox.isEmpty() && mayTake()) {
                take(inbox.remove());
            }
        } finally {
            taking = false;
        }
        if (inbox.isEmpty() && !reading && hasRoom()) {
            reading = true;
            requireContext().read();
        }
    }

    private boolean mayTake() {
        boolean inOrder = current == null || !current.hasBodyEnded(); // else it is the next request, and waits
        return closing || (inOrder && hasRoom());
    }

    private boolean hasRoom() {
        return !paused && (closing || requireContext().channel().isWritable());
    }

    private void take(Object message) {
        try {
            if (closing) {
                return; // the answer said that nothing more would be read
            }
            if (message instanceof HttpRequest request) {
                begin(request);
            }
            Exchange exchange = current;
            if (message instanceof HttpContent content && exchange != null) {
                received.body(content.content().readableBytes());
                if (content.content().isReadable()) {
                    exchange.bodyPiece(content.content());
                }
                if (message instanceof LastHttpContent) {
                    exchange.bodyEnd();
                    progressed();
                }
            }
        } catch (Target.BadRequest e) {
            refuse(e.why());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        assert current == null : "two exchanges at once";
        ChannelHandlerContext ctx = requireContext();
        byte[] head = decoder.takeHead();
        Target target = Target.of(request.uri());
        received.request(target.path(), request.headers().get(HttpHeaderNames.USER_AGENT), head);
        Routes.Match match = routes.match(request.method(), target.path());
        Exchange exchange = new Exchange(this, ctx, request, head, target, match.arguments());
        current = exchange;
        if (request.decoderResult().isFailure()) {
            exchange.closeAfterwards();
            exchange.text(
                    400, "not understood: " + request.decoderResult().cause().getMessage() + "\n");
            return;
        }
        boolean switchesMode = target.path().startsWith("/mode");
        ScriptedAnswer scripted = behaviour.scripted(target.path());
        if (behaviour.mode() != Mode.NORMAL && !switchesMode) {
            misbehave(exchange, behaviour.mode());
        } else if (scripted != null) {
            exchange.takeBody(piece -> {}, () -> exchange.raw(scripted));
        } else if (match.route().timing() == Routes.Timing.HEAD) {
            match.route().handler().handle(exchange);
        } else {
            exchange.takeBody(piece -> {}, () -> match.route().handler().handle(exchange));
        }
    }

    private static void misbehave(Exchange exchange, Mode mode) {
        switch (mode) {
            case NORMAL -> throw new AssertionError("asked for by nobody");
            case ERROR -> exchange.takeBody(piece -> {}, () -> exchange.text(503, "mode is error\n"));
            case HANG -> exchange.hang();
            case RESET -> exchange.reset();
        }
    }

    private void refuse(String why) {
        Exchange exchange = current;
        if (exchange != null && !exchange.answering()) {
            exchange.text(400, why + "\n");
        } else {
            requireContext().close();
        }
    }

    /** The exchange got further: the next one begins if this one is over. */
    void progressed() {
        if (current != null && current.finished()) {
            current = null;
            carryOn();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            if (current != null) {
                current.pump();
            }
            carryOn();
        }
    }

    /** Leaves what the client sends where it is for a while. */
    void pauseReading(long pauseMs) {
        paused = true;
        Runnable resume = () -> {
            paused = false;
            if (requireContext().channel().isActive()) {
                carryOn();
            }
        };
        requireContext().executor().schedule(resume, pauseMs, TimeUnit.MILLISECONDS);
    }

    void writeRaw(ByteBuf bytes) {
        // From the encoder on outwards: it is not asked.
        requireContext().pipeline().context(encoder).writeAndFlush(bytes);
    }

    /**
     * Ends the connection after an answer: our side at once, the client's side when it has seen that. Closing both at
     * once with octets unread would be a reset, which can take the answer away from the client (RFC 9112 section 9.6).
     */
    void closeGently() {
        closing = true;
        ChannelHandlerContext ctx = requireContext();
        Channel channel = ctx.channel();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (channel instanceof SocketChannel socket && ctx.pipeline().get("tls") == null) {
                socket.shutdownOutput();
                ctx.executor().schedule(() -> channel.close(), LINGER_MS_MAX, TimeUnit.MILLISECONDS);
                carryOn();
            } else {
                channel.close();
            }
        });
    }

    void becomeRawEcho() {
        ChannelHandlerContext ctx = requireContext();
        closing = true; // whatever the decoder still holds is not HTTP
        ctx.pipeline().addLast(new RawEcho());
        ctx.pipeline().remove(this);
        ctx.pipeline().remove(decoder);
        ctx.pipeline().remove(encoder);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (current != null) {
            current.abandoned();
            current = null;
        }
        inbox.forEach(ReferenceCountUtil::release);
        inbox.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            System.err.println(origin + ": " + cause); // ours: a client that goes away is an IOException
        }
        ctx.close();
    }

    private ChannelHandlerContext requireContext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not active yet");
        }
        return ctx;
    }

    /** Sends back what comes, at the pace of the reader. */
    private static final class RawEcho extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(true);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf) {
                ctx.writeAndFlush(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        }
    }
}
