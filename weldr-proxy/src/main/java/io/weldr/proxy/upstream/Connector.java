package io.weldr.proxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.tls.TlsCause;
import io.weldr.core.tls.TlsFailure;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.ReadBuffers;
import io.weldr.proxy.route.OriginSecurity;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes connections to one origin: looks its name up, connects, and for https waits until TLS stands. */
final class Connector {

    /**
     * How long a failed attempt waits for a new lookup of the name: most answer in milliseconds, and the client waits.
     */
    private static final Duration NAME_PATIENCE = Duration.ofMillis(500);

    private static final TlsFailure NOT_CHOSEN =
            new TlsFailure(TlsCause.PROTOCOL, "the origin does not choose h2 by ALPN");

    private final UpstreamLoop shared;
    private final HostPort target;
    private final @Nullable OriginSecurity security;
    private final Bootstrap bootstrap;
    private int turn;

    /** @param security of an https origin; null: of no other */
    Connector(UpstreamLoop shared, OriginUrl url, @Nullable OriginSecurity security) {
        this.shared = shared;
        target = url.address();
        this.security = security;
        turn = shared.firstTurn();
        int timeoutMillis =
                (int) Math.min(Integer.MAX_VALUE, shared.limits.connectTimeout().toMillis());
        bootstrap = new Bootstrap()
                .group(shared.loop)
                .channelFactory(shared.settings.transport()::newSocket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.max(1, timeoutMillis))
                .option(ChannelOption.ALLOCATOR, shared.settings.allocator())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_CLOSE, false) // a request that cannot be sent on may have been answered
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(shared.limits.backlogLowBytes(), shared.limits.backlogHighBytes()));
    }

    void connect(Endpoint connections, Attempt attempt) {
        CompletableFuture<List<InetAddress>> addresses = shared.resolver.resolve(target);
        if (addresses.isDone()) {
            resolved(connections, attempt, addresses);
        } else {
            attempt.waitForName();
            addresses.whenComplete(
                    (found, unknown) -> shared.loop.execute(() -> resolved(connections, attempt, addresses)));
        }
    }

    private void resolved(Endpoint connections, Attempt attempt, CompletableFuture<List<InetAddress>> addresses) {
        attempt.nameAnswered();
        if (attempt.cancelled()) {
            connections.givenUp(
                    attempt); // nobody waits any more: the place is free again, and no connection is made for it
            return;
        }
        if (addresses.isCompletedExceptionally()) {
            connections.connectFailed(attempt, Failure.UNKNOWN_HOST);
            return;
        }
        new Course(connections, attempt).start(addresses.join());
    }

    /**
     * The way of one attempt through the addresses of the name: one after the other until one connects, and for https
     * until TLS stands. When all have failed, the answer may be an old one. So the name is looked up once more, and
     * addresses that were not tried are tried.
     */
    private final class Course {
        private final Endpoint connections;
        private final Attempt attempt;
        private final Set<InetAddress> known = new HashSet<>(); // tried, or about to be
        private Iterator<InetSocketAddress> left = Collections.emptyIterator();
        private final long startedNanos = shared.resolver.nanoTime();
        private boolean lookedUpAnew;
        private Failure failure =
                Failure.CONNECT_FAILED; // of the last address, but TLS_FAILED and NOT_HTTP2 say more than the others

        Course(Endpoint connections, Attempt attempt) {
            this.connections = connections;
            this.attempt = attempt;
        }

        void start(List<InetAddress> addresses) {
            take(addresses);
            next();
        }

        /** A name with several addresses is a small pool of its own: each attempt begins with another one. */
        private void take(List<InetAddress> addresses) {
            List<InetSocketAddress> untried = new ArrayList<>(addresses.size());
            int first = Math.floorMod(turn++, addresses.size());
            for (int i = 0; i < addresses.size(); i++) {
                InetAddress address = addresses.get((first + i) % addresses.size());
                if (known.add(address)) {
                    untried.add(new InetSocketAddress(address, target.port()));
                }
            }
            left = shared.settings
                    .dead()
                    .inOrder(untried, shared.resolver.nanoTime())
                    .iterator();
        }

        private void next() {
            boolean more = !attempt.cancelled() && inTime();
            try {
                if (more && left.hasNext()) {
                    open(left.next());
                    return;
                }
                if (more && !lookedUpAnew && !target.isLiteral()) {
                    lookUpAnew();
                    return;
                }
            } catch (Throwable e) {
                Faults.report("a connect to an origin", e);
            }
            connections.connectFailed(attempt, failure);
        }

        /** Many addresses that accept connections and never speak TLS must not keep a request from other origins. */
        private boolean inTime() {
            long max = shared.limits
                    .connectTimeout()
                    .plus(shared.limits.tlsTimeout())
                    .toNanos();
            return shared.resolver.nanoTime() - startedNanos < max;
        }

        private void lookUpAnew() {
            lookedUpAnew = true;
            CompletableFuture<List<InetAddress>> anew = shared.resolver
                    .resolveAnew(target, NAME_PATIENCE)
                    .orTimeout(2 * NAME_PATIENCE.toMillis(), TimeUnit.MILLISECONDS); // if it was forgotten meanwhile
            anew.whenComplete((addresses, unknown) -> shared.loop.execute(() -> {
                if (addresses != null && !addresses.isEmpty()) {
                    take(addresses);
                }
                next();
            }));
        }

        private void open(InetSocketAddress address) {
            SslContext context = security == null ? null : security.context();
            if (security != null && context == null) {
                TlsFailure why = security.failure();
                connections.tlsFailed(why == null ? new TlsFailure(TlsCause.OTHER, "no TLS here") : why);
                connections.connectFailed(attempt, Failure.TLS_FAILED); // no other address makes it better
                return;
            }
            ReadBuffers buffers = new ReadBuffers();
            ReuseTerms terms = terms(address);
            OriginConnection connection = attempt.newConnection(buffers, terms);
            SslHandler secured = security == null || context == null ? null : tlsHandler(context, security);
            Bootstrap one = bootstrap.clone().handler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.config().setRecvByteBufAllocator(buffers);
                    if (secured != null) {
                        channel.pipeline().addLast(secured);
                    }
                    channel.pipeline().addLast(connection.link());
                }
            });
            one.connect(address).addListener(future -> {
                ChannelFuture opened = (ChannelFuture) future;
                if (shared.inLoop()) {
                    opened(opened, address, connection, terms);
                } else { // no socket could be made, and so there was no channel to say which loop this belongs to
                    shared.loop.execute(() -> opened(opened, address, connection, terms));
                }
            });
        }

        private ReuseTerms terms(InetSocketAddress address) {
            AddressWatch watch =
                    target.isLiteral() ? null : new AddressWatch(shared.resolver, target.host(), address.getAddress());
            return new ReuseTerms(shared.idleTicks, shared.wheel, shared.ageTicks(), watch);
        }

        private void opened(
                ChannelFuture future, InetSocketAddress address, OriginConnection connection, ReuseTerms terms) {
            if (!future.isSuccess()) {
                if (speaksAgainstAddress(future.cause())) {
                    shared.settings.dead().failed(address, shared.resolver.nanoTime());
                }
                if (failure != Failure.TLS_FAILED && failure != Failure.NOT_HTTP2) {
                    failure = failure(future.cause());
                }
                next();
                return;
            }
            SslHandler tls = future.channel().pipeline().get(SslHandler.class);
            if (tls == null) {
                await(address, connection);
            } else {
                awaitTls(tls, address, connection, terms);
            }
        }

        private void awaitTls(
                SslHandler tls, InetSocketAddress address, OriginConnection connection, ReuseTerms terms) {
            tls.handshakeFuture().addListener(handshake -> {
                if (!handshake.isSuccess()) {
                    tlsFailed(address, connection, tlsFailure(handshake.cause()));
                    return;
                }
                OriginConnection speaking = connection.chosen(tls.applicationProtocol(), terms);
                if (speaking == null) {
                    tlsFailed(address, connection, NOT_CHOSEN);
                } else {
                    await(address, speaking);
                }
            });
        }

        private void tlsFailed(InetSocketAddress address, OriginConnection connection, TlsFailure why) {
            connections.tlsFailed(why);
            unusable(address, connection, Failure.TLS_FAILED);
        }

        private void await(InetSocketAddress address, OriginConnection connection) {
            connection.whenReady(() -> stands(address, connection), unfit -> unusable(address, connection, unfit));
        }

        /** It accepts TCP connections, and is of no use all the same. */
        private void unusable(InetSocketAddress address, OriginConnection connection, Failure why) {
            shared.settings.dead().failed(address, shared.resolver.nanoTime());
            connection.close(); // was never counted as opened
            failure = why;
            next();
        }

        /** The address can serve requests. A server whose TLS fails cannot, though it accepts TCP connections. */
        private void stands(InetSocketAddress address, OriginConnection connection) {
            shared.settings.dead().connected(address);
            connection.opened();
            connections.connected(connection, attempt);
        }
    }

    private TlsFailure tlsFailure(Throwable cause) {
        return cause instanceof SslHandshakeTimeoutException
                ? new TlsFailure(TlsCause.TIMEOUT, "no handshake within " + Check.text(shared.limits.tlsTimeout()))
                : TlsFailure.of(cause);
    }

    /**
     * It refused, was silent, or there is no way to it. What this node lacks, such as a port, is no fault of the
     * address.
     */
    private static boolean speaksAgainstAddress(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof NoRouteToHostException;
    }

    private SslHandler tlsHandler(SslContext context, OriginSecurity security) {
        // With a peer host the engine sends SNI for names, and verifies the certificate against it. By host and port it
        // also finds the session of the connection before.
        SslHandler handler =
                context.newHandler(shared.settings.allocator(), security.nameOf(target.host()), target.port());
        handler.setHandshakeTimeoutMillis(shared.limits.tlsTimeout().toMillis());
        return handler;
    }

    private static Failure failure(@Nullable Throwable cause) {
        return cause instanceof ConnectTimeoutException ? Failure.CONNECT_TIMEOUT : Failure.CONNECT_FAILED;
    }
}
