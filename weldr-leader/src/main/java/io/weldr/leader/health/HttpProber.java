package io.weldr.leader.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.weldr.core.Check;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Scheme;
import io.weldr.core.port.HostNames;
import io.weldr.core.tls.TlsFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends probes over the network: HTTP/1.1 on a connection that is opened for the probe and closed after it. A fresh connection is
 * what a client that comes now would get; an idle one can outlive a listener that is long gone. Redirects are answers like others.
 * If a name has several addresses, they are tried in turn within the one timeout until one connects, as the proxy tries
 * them. Each has its share of the time that is left, so that one that is silent does not take all of it, and one that
 * failed before is tried last.
 *
 * <p>An https origin has to show a certificate that the node trusts, for the host of its URL, as the proxy asks of it too: an origin
 * that the proxy would refuse must not count as up.
 *
 * <p>What this node lacks (descriptors, ports, TLS, a loop that runs) is no result: an origin must not go down for it.
 *
 * <p>Threads: any; the work is done on the loops that it was given, and never blocks them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class HttpProber implements Prober {
    private static final Logger LOG = LoggerFactory.getLogger(HttpProber.class);

    /** RFC 9112 section 3 speaks of 8000 octets for request lines; a status line is shorter. */
    static final int STATUS_LINE_BYTES_MAX = 8 * 1024;

    /** What common servers take for a whole head. */
    static final int HEADER_BYTES_MAX = 32 * 1024;

    /**
     * How long a name is looked up that was found before: names that a slow server answers still move, and most of a probe's time is
     * left for the origin.
     */
    static final Duration NAME_PATIENCE_MAX = Duration.ofMillis(500);

    /** A node without descriptors fails to send all of its probes, a thousand a second perhaps. */
    private static final Duration COMPLAIN_EVERY = Duration.ofMinutes(1);

    /**
     * For how long an address that could not be connected to is tried last. A probe needs one address only, so it can
     * do without those that were dead for long; trying one costs it a part of its time.
     */
    private static final Duration DEAD_TIME = Duration.ofMinutes(10);

    private final EventLoopGroup loops;
    private final ChannelFactory<? extends SocketChannel> sockets;
    private final HostNames names;
    private final ProbeTls tls;
    private final DeadAddresses<InetSocketAddress> dead = new DeadAddresses<>(DEAD_TIME);
    private final String userAgent;
    private final AtomicLong complainedNanos = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY.toNanos());

    HttpProber(EventLoopGroup loops, HostNames names, ProbeTls tls, String version) {
        this(loops, NioSocketChannel::new, names, tls, version);
    }

    HttpProber(
            EventLoopGroup loops,
            ChannelFactory<? extends SocketChannel> sockets,
            HostNames names,
            ProbeTls tls,
            String version) {
        this.loops = loops;
        this.sockets = sockets;
        this.names = names;
        this.tls = tls;
        this.userAgent = "weldr-health/" + version;
    }

    @Override
    public CompletionStage<ProbeResult> probe(OriginUrl url, HealthPolicy policy) {
        Attempt attempt = new Attempt(url, policy, loops.next());
        try {
            attempt.loop.execute(attempt::start);
        } catch (RejectedExecutionException e) {
            attempt.result.completeExceptionally(stopping());
        }
        return attempt.result;
    }

    /** Where a probe is; the word for it goes into the reason when the time is over. */
    private enum Phase {
        RESOLVE("name not resolved"),
        CONNECT("no connection"),
        HANDSHAKE("no TLS handshake"),
        ANSWER("no answer");

        final String missing;

        Phase(String missing) {
            this.missing = missing;
        }
    }

    /** One probe. Confined to its loop, but for the future. */
    private final class Attempt {
        final OriginUrl url;
        final HealthPolicy policy;
        final EventLoop loop;
        final CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        private Phase phase = Phase.RESOLVE;
        private @Nullable Channel channel;
        private @Nullable Future<?> deadline;
        private long deadlineNanos;
        /** Why an address could not be connected to; null: none was tried in earnest. */
        private @Nullable String unreachable;

        Attempt(OriginUrl url, HealthPolicy policy, EventLoop loop) {
            this.url = url;
            this.policy = policy;
            this.loop = loop;
        }

        void start() {
            deadlineNanos = System.nanoTime() + policy.timeout().toNanos();
            deadline = loop.schedule(this::late, policy.timeout().toNanos(), TimeUnit.NANOSECONDS);
            Duration quarter = policy.timeout().dividedBy(4);
            names.resolveAnew(url.address(), quarter.compareTo(NAME_PATIENCE_MAX) < 0 ? quarter : NAME_PATIENCE_MAX)
                    .whenComplete((addresses, failure) -> onLoop(() -> {
                        if (failure != null) {
                            finish(ProbeResult.failed("name not resolved: " + text(unwrapped(failure))));
                        } else {
                            connect(inOrder(addresses), 0);
                        }
                    }));
        }

        private List<InetSocketAddress> inOrder(List<InetAddress> addresses) {
            int port = url.address().port();
            List<InetSocketAddress> all = addresses.stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
            return dead.inOrder(all, System.nanoTime());
        }

        private void onLoop(Runnable task) {
            if (loop.inEventLoop()) {
                task.run();
            } else {
                try {
                    loop.execute(task);
                } catch (RejectedExecutionException e) {
                    result.completeExceptionally(stopping());
                }
            }
        }

        private void connect(List<InetSocketAddress> addresses, int index) {
            if (result.isDone()) {
                return;
            }
            SslContext secure = null;
            try {
                if (url.scheme() == Scheme.HTTPS) {
                    secure = tls.context();
                }
            } catch (SSLException e) {
                notSent("no TLS here: " + text(e));
                return;
            }
            SslContext context = secure;
            phase = Phase.CONNECT;
            var connected = new Bootstrap()
                    .group(loop)
                    .channelFactory(sockets)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, shareMillis(addresses.size() - index))
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel made) {
                            build(made, context);
                        }
                    })
                    .connect(addresses.get(index));
            // One that could not be opened has no loop.
            channel = connected.channel() instanceof SocketChannel made ? made : null;
            connected.addListener(done -> onLoop(() -> {
                if (done.isSuccess()) {
                    dead.connected(addresses.get(index));
                    ask(connected.channel());
                } else {
                    unconnected(done.cause(), addresses, index);
                }
            }));
        }

        /**
         * Until when an address has to connect if others are left; 0: the deadline of the probe covers the last one.
         */
        private int shareMillis(int left) {
            long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
            return left <= 1 ? 0 : (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos / left));
        }

        private void unconnected(Throwable cause, List<InetSocketAddress> addresses, int index) {
            boolean ours = ours(cause);
            if (!ours) {
                unreachable = connectReason(cause);
                if (!result.isDone()) { // else the probe closed it
                    dead.failed(addresses.get(index), System.nanoTime());
                }
            }
            if (index + 1 < addresses.size()) {
                connect(addresses, index + 1);
            } else if (unreachable != null) {
                finish(ProbeResult.failed(unreachable));
            } else {
                notSent(connectReason(cause));
            }
        }

        /** The end of a probe by which nobody learns anything of the origin. */
        private void notSent(String why) {
            complain(url, why);
            result.completeExceptionally(new NotSentException(why));
            end();
        }

        private void build(SocketChannel made, @Nullable SslContext secure) {
            if (secure != null) {
                HostPort address = url.address();
                // The host goes into SNI if it is a name, and the certificate has to be for it.
                SslHandler handler = secure.newHandler(made.alloc(), address.host(), address.port());
                handler.setHandshakeTimeoutMillis(0); // the deadline of the probe covers it
                made.pipeline().addLast(handler);
            }
            HttpDecoderConfig limits = new HttpDecoderConfig()
                    .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                    .setMaxHeaderSize(HEADER_BYTES_MAX);
            made.pipeline()
                    .addLast(new HttpClientCodec(limits, false, false))
                    .addLast(new ProbeAnswer(policy, this::answered))
                    .addLast(new Failures(this));
        }

        private void ask(Channel connected) {
            SslHandler handshake = connected.pipeline().get(SslHandler.class);
            phase = handshake == null ? Phase.ANSWER : Phase.HANDSHAKE;
            if (handshake != null) {
                handshake.handshakeFuture().addListener(done -> {
                    if (done.isSuccess()) {
                        phase = Phase.ANSWER;
                    } else {
                        finish(ProbeResult.failed(brokenReason(done.cause())));
                    }
                });
            }
            connected.closeFuture().addListener(closed -> finish(ProbeResult.failed("closed without an answer")));
            connected.writeAndFlush(request(url, policy, userAgent)).addListener(sent -> {
                if (!sent.isSuccess()) {
                    broken(sent.cause());
                }
            });
        }

        /** The verdict is told now; the channel closes once the body has been dropped, or at the deadline. */
        private void answered(ProbeResult answer) {
            result.complete(answer);
        }

        void broken(Throwable cause) {
            finish(ProbeResult.failed(brokenReason(cause)));
        }

        private void late() {
            finish(ProbeResult.failed(phase.missing + " within " + Check.text(policy.timeout())));
        }

        /** The end of the probe; the first result stands. */
        private void finish(ProbeResult last) {
            if (loop.isShuttingDown()) {
                result.completeExceptionally(stopping()); // its connection was closed here
            }
            result.complete(last);
            end();
        }

        private void end() {
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** The last handler: what nobody else dealt with ends the probe. */
    private static final class Failures extends ChannelInboundHandlerAdapter {
        private final Attempt attempt;

        Failures(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            attempt.broken(cause);
        }
    }

    private static HttpRequest request(OriginUrl url, HealthPolicy policy, String userAgent) {
        HttpMethod method = switch (policy.method()) {
            case GET -> HttpMethod.GET;
            case HEAD -> HttpMethod.HEAD;
            case OPTIONS -> HttpMethod.OPTIONS;
        };
        HttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, policy.path(), Unpooled.EMPTY_BUFFER);
        // RFC 9110 section 7.2: the port only where it is not the scheme's own; IPv6 in brackets.
        boolean plain = url.address().port() == url.scheme().defaultPort();
        String host = plain ? url.address().uriHost() : url.address().toString();
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.USER_AGENT, userAgent)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return request;
    }

    private static NotSentException stopping() {
        return new NotSentException("the node is stopping");
    }

    private void complain(OriginUrl url, String why) {
        long last = complainedNanos.get();
        long now = System.nanoTime();
        if (now - last >= COMPLAIN_EVERY.toNanos() && complainedNanos.compareAndSet(last, now)) {
            LOG.warn("A probe of {} could not be sent and does not count: {}", url, why);
        }
    }

    /** Whether it failed before anything was sent: no socket, or no port of this node's for it. */
    private static boolean ours(Throwable cause) {
        return cause instanceof ChannelException
                || cause instanceof RejectedExecutionException
                || cause instanceof BindException
                || cause.getCause() instanceof BindException; // Netty adds the address
    }

    private static String connectReason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return Phase.CONNECT.missing + " in time";
        }
        if (cause instanceof NoRouteToHostException) {
            return "connect: no route to host";
        }
        if (cause instanceof ConnectException
                && text(cause).toLowerCase(Locale.ROOT).contains("refused")) {
            return "connect refused";
        }
        return "connect: " + text(cause);
    }

    private static String brokenReason(Throwable cause) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "TLS: " + TlsFailure.of(cause).text();
        }
        if (cause instanceof ClosedChannelException || cause instanceof TimeoutException) {
            return "closed without an answer";
        }
        if (cause instanceof IOException && text(cause).contains("reset")) {
            return "connection reset";
        }
        return "broken off: " + text(cause);
    }

    /** What went wrong, without the wrapping of futures. */
    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What a failure says, on one line. */
    static String text(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        return text.lines().findFirst().orElse(text);
    }
}
