package io.weldr.proxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Scheme;
import io.weldr.core.tls.TlsCause;
import io.weldr.core.tls.TlsFailure;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ReadBuffers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Makes connections to one origin: looks its name up, connects, and for https waits until TLS stands. */
final class Connector {

    private final UpstreamLoop shared;
    private final HostPort target;
    private final boolean secure;
    private final Bootstrap bootstrap;
    private int turn;

    Connector(UpstreamLoop shared, OriginUrl url) {
        this.shared = shared;
        target = url.address();
        secure = url.scheme() == Scheme.HTTPS;
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
            connections.closed(); // nobody waits any more: the place is free again, and no connection is made for it
            return;
        }
        if (addresses.isCompletedExceptionally()) {
            connections.connectFailed(attempt, Failure.UNKNOWN_HOST);
            return;
        }
        List<InetAddress> found = addresses.join();
        open(connections, attempt, found, Math.floorMod(turn++, found.size()), found.size());
    }

    /** Tries one address, and the one after it when that fails: a name with several is a small pool of its own. */
    private void open(Endpoint connections, Attempt attempt, List<InetAddress> addresses, int index, int left) {
        ReadBuffers buffers = new ReadBuffers();
        H1Origin connection = new H1Origin(connections, buffers);
        Bootstrap one = bootstrap.clone().handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.config().setRecvByteBufAllocator(buffers);
                if (secure) {
                    channel.pipeline().addLast(tlsHandler(channel));
                }
                channel.pipeline().addLast(connection.link());
            }
        });
        @Nullable Runnable next =
                left > 1 ? () -> open(connections, attempt, addresses, (index + 1) % addresses.size(), left - 1) : null;
        one.connect(new InetSocketAddress(addresses.get(index), target.port())).addListener(future -> {
            ChannelFuture opened = (ChannelFuture) future;
            if (shared.inLoop()) {
                opened(opened, connection, attempt, next);
            } else { // no socket could be made, and so there was no channel to say which loop this belongs to
                shared.loop.execute(() -> opened(opened, connection, attempt, next));
            }
        });
    }

    /** @param next tries another address; null when there is none */
    private void opened(ChannelFuture future, H1Origin connection, Attempt attempt, @Nullable Runnable next) {
        Endpoint connections = connection.endpoint();
        if (!future.isSuccess()) {
            if (next != null && !attempt.cancelled()) {
                next.run();
            } else {
                connections.connectFailed(attempt, failure(future.cause()));
            }
            return;
        }
        SslHandler tls = future.channel().pipeline().get(SslHandler.class);
        if (tls == null) {
            connection.opened();
            connections.connected(connection, attempt);
        } else {
            awaitTls(tls, connection, connections, attempt);
        }
    }

    private void awaitTls(SslHandler tls, H1Origin connection, Endpoint connections, Attempt attempt) {
        tls.handshakeFuture().addListener(handshake -> {
            if (handshake.isSuccess()) {
                connection.opened();
                connections.connected(connection, attempt);
            } else {
                connection.close(); // was never counted as opened
                connections.tlsFailed(tlsFailure(handshake.cause()));
                connections.connectFailed(attempt, Failure.TLS_FAILED);
            }
        });
    }

    private TlsFailure tlsFailure(Throwable cause) {
        return cause instanceof SslHandshakeTimeoutException
                ? new TlsFailure(TlsCause.TIMEOUT, "no handshake within " + Check.text(shared.limits.tlsTimeout()))
                : TlsFailure.of(cause);
    }

    private SslHandler tlsHandler(Channel channel) {
        // With a peer host the engine sends SNI for names, and verifies the certificate against it.
        SslHandler handler = shared.settings.tls().get().newHandler(channel.alloc(), target.host(), target.port());
        SSLEngine engine = handler.engine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        handler.setHandshakeTimeoutMillis(shared.limits.tlsTimeout().toMillis());
        return handler;
    }

    private static Failure failure(@Nullable Throwable cause) {
        return cause instanceof ConnectTimeoutException ? Failure.CONNECT_TIMEOUT : Failure.CONNECT_FAILED;
    }
}
