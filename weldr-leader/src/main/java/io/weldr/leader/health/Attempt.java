package io.weldr.leader.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.weldr.core.Check;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Scheme;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One probe, whatever its type: it looks the name up, connects, makes TLS if the origin has it, and then has its {@link
 * Question} asked. Confined to its loop, but for the future.
 *
 * <p>If a name has several addresses, they are tried in turn within the one timeout until one connects, as the proxy
 * tries them. Each has its share of the time that is left, so that one that is silent does not take all of it, and one
 * that failed before is tried last.
 *
 * <p>An https origin has to show the certificate that its pool asks for, as the proxy asks of it too: an origin that
 * the proxy would refuse must not count as up.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class Attempt {
    /**
     * How long a name is looked up that was found before: names that a slow server answers still move, and most of a
     * probe's time is left for the origin.
     */
    static final Duration NAME_PATIENCE_MAX = Duration.ofMillis(500);

    private static final String FAILURES = "failures";

    final OriginUrl url;
    final ProbeAccess access;
    final HealthPolicy policy;
    final EventLoop loop;
    final CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    private final NetworkProber prober;
    private final Question question;
    private Awaited awaited = Awaited.NAME;
    private @Nullable Channel channel;
    private @Nullable Future<?> deadline;
    private long deadlineNanos;
    /** When the addresses have had their time. */
    private long connectUntilNanos;
    /** Why an address could not be connected to; null: none was tried in earnest. */
    private @Nullable String unreachable;

    Attempt(
            NetworkProber prober,
            Question question,
            OriginUrl url,
            ProbeAccess access,
            HealthPolicy policy,
            EventLoop loop) {
        this.prober = prober;
        this.question = question;
        this.url = url;
        this.access = access;
        this.policy = policy;
        this.loop = loop;
    }

    void start() {
        deadlineNanos = System.nanoTime() + policy.timeout().toNanos();
        deadline = loop.schedule(this::late, policy.timeout().toNanos(), TimeUnit.NANOSECONDS);
        Duration quarter = policy.timeout().dividedBy(4);
        prober.names
                .resolveAnew(url.address(), quarter.compareTo(NAME_PATIENCE_MAX) < 0 ? quarter : NAME_PATIENCE_MAX)
                .whenComplete((addresses, failure) -> onLoop(() -> {
                    if (failure != null) {
                        Throwable cause = ProbeFailures.unwrapped(failure);
                        finish(ProbeResult.failed("name not resolved: " + ProbeFailures.text(cause)));
                    } else {
                        connectUntilNanos = connectUntilNanos();
                        connect(inOrder(addresses), 0);
                    }
                }));
    }

    private List<InetSocketAddress> inOrder(List<InetAddress> addresses) {
        int port = port();
        List<InetSocketAddress> all = addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
        return prober.dead.inOrder(all, System.nanoTime());
    }

    private int port() {
        Integer other = policy.port();
        return other == null ? url.address().port() : other;
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            try {
                loop.execute(task);
            } catch (RejectedExecutionException e) {
                result.completeExceptionally(ProbeFailures.stopping());
            }
        }
    }

    // The connection

    private void connect(List<InetSocketAddress> addresses, int index) {
        if (result.isDone()) {
            return;
        }
        SslContext secure = null;
        try {
            if (url.scheme() == Scheme.HTTPS) {
                secure = prober.tls.context(access, question.alpn(access.protocol()));
            }
        } catch (SSLException e) {
            notSent("no TLS here: " + ProbeFailures.text(e));
            return;
        }
        SslContext context = secure;
        awaited = Awaited.CONNECTION;
        var connected = new Bootstrap()
                .group(loop)
                .channelFactory(prober.sockets)
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
        SocketChannel made = connected.channel() instanceof SocketChannel opened ? opened : null;
        channel = made;
        connected.addListener(done -> onLoop(() -> {
            if (made != null && done.isSuccess()) {
                prober.dead.connected(addresses.get(index));
                connected(made);
            } else {
                unconnected(done.cause(), addresses, index);
            }
        }));
    }

    private long connectUntilNanos() {
        long until = System.nanoTime() + connectTimeout().toNanos();
        return until - deadlineNanos < 0 ? until : deadlineNanos;
    }

    /** How long an address may take if {@code left} are left, itself among them; 0: until the deadline of the probe. */
    private int shareMillis(int left) {
        if (left <= 1 && policy.connectTimeout() == null) {
            return 0;
        }
        long leftNanos = Math.max(0, connectUntilNanos - System.nanoTime());
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos / left));
    }

    private void unconnected(Throwable cause, List<InetSocketAddress> addresses, int index) {
        boolean ours = ProbeFailures.ours(cause);
        if (!ours) {
            boolean last = index + 1 == addresses.size();
            unreachable = last && cause instanceof ConnectTimeoutException
                    ? awaited.missing() + " within " + Check.text(connectTimeout())
                    : ProbeFailures.connectReason(cause);
            if (!result.isDone()) { // else the probe closed it
                prober.dead.failed(addresses.get(index), System.nanoTime());
            }
        }
        if (index + 1 < addresses.size()) {
            connect(addresses, index + 1);
        } else if (unreachable != null) {
            finish(ProbeResult.failed(unreachable));
        } else {
            notSent(ProbeFailures.connectReason(cause));
        }
    }

    private Duration connectTimeout() {
        Duration limit = policy.connectTimeout();
        return limit == null ? policy.timeout() : limit;
    }

    private void build(SocketChannel made, @Nullable SslContext secure) {
        if (secure != null) {
            String name = access.tls().serverName();
            // The host goes into SNI if it is a name, and the certificate has to be for it.
            SslHandler handler =
                    secure.newHandler(made.alloc(), name == null ? url.address().host() : name, port());
            handler.setHandshakeTimeoutMillis(0); // the deadline of the probe covers it
            made.pipeline().addLast(handler);
        }
        made.pipeline().addLast(FAILURES, new Failures());
    }

    private void connected(SocketChannel made) {
        made.closeFuture().addListener(closed -> finish(ProbeResult.failed(awaited.closed())));
        SslHandler handshake = made.pipeline().get(SslHandler.class);
        if (handshake == null) {
            ask(made);
            return;
        }
        awaited = Awaited.HANDSHAKE;
        handshake.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                ask(made);
            } else {
                broken(done.cause());
            }
        });
    }

    private void ask(SocketChannel made) {
        if (!result.isDone()) {
            awaited = Awaited.ANSWER;
            question.ask(this, made);
        }
    }

    /** The last handler: what nobody else dealt with ends the probe. */
    private final class Failures extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            broken(cause);
        }
    }

    // What a question uses

    /** One more handler of the connection, after those before it. */
    void add(ChannelHandler handler) {
        if (channel != null) {
            channel.pipeline().addBefore(FAILURES, null, handler);
        }
    }

    /** The probe goes on, and waits for something else from now on. */
    void awaits(Awaited next) {
        awaited = next;
    }

    /** The verdict is told now; the connection stays until somebody closes it, at the latest until the deadline. */
    void answered(ProbeResult answer) {
        result.complete(answer);
    }

    /** The connection is of no use any more. */
    void broken(Throwable cause) {
        finish(ProbeResult.failed(ProbeFailures.brokenReason(cause, awaited.closed())));
    }

    /** The end of the probe, which closes its connection; the first result stands. */
    void finish(ProbeResult last) {
        if (loop.isShuttingDown()) {
            result.completeExceptionally(ProbeFailures.stopping()); // its connection was closed here
        }
        result.complete(last);
        end();
    }

    // The end

    private void late() {
        finish(ProbeResult.failed(awaited.missing() + " within " + Check.text(policy.timeout())));
    }

    /** The end of a probe by which nobody learns anything of the origin. */
    private void notSent(String why) {
        prober.complain(url, why);
        result.completeExceptionally(new NotSentException(why));
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
