package io.weldr.cli;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.AdminGrpc.AdminStub;
import io.weldr.proto.admin.v1.WriteOptions;
import io.weldr.wire.grpc.Delivery;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks nodes until one answers. A write carries the same request id to every node, so that one whose answer got lost is
 * not carried out twice. Confined to one thread.
 */
final class Session implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    /** When to give up if nobody says otherwise. */
    static final Duration TIMEOUT = Duration.ofSeconds(8);

    /** The same for a change of the members: a newcomer has to catch up, for which a node takes up to 20 s. */
    static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(25);

    /** A node gives up within two seconds itself; with the way there and back this is when to ask another. */
    private static final Duration ATTEMPT_MAX = Duration.ofSeconds(3);

    /** A node that asks another one waits for a second. */
    private static final Duration ASIDE_MAX = Duration.ofMillis(1500);

    /**
     * Less than a node may take to answer is no time for a further attempt: it would be cut short, and then nobody
     * knows what became of it, though the node before had said so clearly.
     */
    private static final Duration ATTEMPT_MIN = Duration.ofSeconds(2);

    /**
     * The share of all the time there is that {@link #ATTEMPT_MIN} is at most: somebody in a hurry wants other nodes
     * asked too.
     */
    private static final int ATTEMPT_MIN_PART = 2;

    /** Between two rounds over all nodes: an election takes a few hundred milliseconds. */
    private static final Duration PAUSE = Duration.ofMillis(150);

    private static final int REPLY_BYTES_MAX = 16 << 20;

    /** An event loop that only has to wake up ends within a millisecond. */
    private static final int CLOSE_MILLIS_MAX = 200;

    static {
        // What libraries have to say is no business of whoever types a command: an error gets one line.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        LogManager.getLogManager().reset();
    }

    private final Access access;
    private final List<Endpoint> endpoints;
    private long beganNanos;
    private final Alarm alarm;
    private final Duration timeout;
    private final Duration changeTimeout;
    private final IdentityHashMap<Endpoint, ManagedChannel> channels =
            new IdentityHashMap<>(); // by the elements of endpoints
    /**
     * Of this session, so that {@link #close} can end it: a virtual machine that ends waits 300 ms for a thread in a
     * system call.
     */
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("weldrctl-io", true), NioIoHandler.newFactory());

    private int next; // the endpoint that answered last
    private boolean changed; // a node said that it has done what was asked
    /** An attempt is with a node, or ended without anybody knowing. The alarm reads it. */
    private volatile boolean perhapsDone;

    /**
     * @param timeout when to give up; null: {@link #TIMEOUT}, and {@link #CHANGE_TIMEOUT} for a change of the members
     * @param beganNanos when the process was started: that is when whoever waits began to wait
     */
    Session(Access access, @Nullable Duration timeout, long beganNanos, Alarm alarm) {
        this.access = access;
        this.endpoints = access.endpoints();
        this.beganNanos = beganNanos;
        this.alarm = alarm;
        this.timeout = timeout == null ? TIMEOUT : timeout;
        this.changeTimeout = timeout == null ? CHANGE_TIMEOUT : timeout;
    }

    /** Counts the time anew, for a command that goes on. */
    void again() {
        beganNanos = System.nanoTime();
    }

    /** Options that name one wish, for every attempt at it. */
    static WriteOptions.Builder wish() {
        return WriteOptions.newBuilder().setRequestId("weldrctl-" + UUID.randomUUID());
    }

    /** The first answer of any node. Throws {@link CliException} with what the last one said. */
    <T> T read(Function<AdminBlockingStub, T> call) {
        return ask(call, false, timeout, ATTEMPT_MAX);
    }

    /** The same for an answer so large that one attempt may take all the time there is. */
    <T> T readWhole(Function<AdminBlockingStub, T> call) {
        return ask(call, false, timeout, timeout);
    }

    /**
     * One attempt at the node that answered last, within what is left of the time, for what the command can do without.
     * Throws {@link CliException} with what went wrong.
     */
    <T> T aside(Function<AdminBlockingStub, T> call) {
        Endpoint endpoint = current();
        Delivery delivery = new Delivery();
        long leftNanos = beganNanos + timeout.toNanos() - System.nanoTime();
        try {
            return call.apply(stub(endpoint)
                    .withInterceptors(delivery)
                    .withDeadlineAfter(Math.min(leftNanos, ASIDE_MAX.toNanos()), TimeUnit.NANOSECONDS));
        } catch (StatusRuntimeException e) {
            throw failure(endpoint, e, delivery.left()).exception();
        }
    }

    /**
     * Why a call failed. A port that speaks TLS and was called in the clear is told apart from a node that stops.
     *
     * @param left whether the node may have got the call
     */
    Failure failure(Endpoint endpoint, StatusRuntimeException e, boolean left) {
        Failure failure = Failure.of(endpoint, e, left);
        boolean tls = failure.perhapsTls()
                && access.tls(endpoint) == null
                && TlsProbe.speaksTls(endpoint, CONNECT_TIMEOUT_MILLIS);
        return tls ? Failure.speaksTls(endpoint) : failure;
    }

    /** The same as {@link #read} for a write, which must carry a request id. */
    <T> T write(Function<AdminBlockingStub, T> call, boolean waits) {
        return ask(call, true, timeout, waits ? timeout : ATTEMPT_MAX);
    }

    /** A change of the members, which may be repeated. */
    <T> T change(Function<AdminBlockingStub, T> call) {
        return ask(call, true, changeTimeout, changeTimeout);
    }

    private <T> T ask(Function<AdminBlockingStub, T> call, boolean write, Duration allTime, Duration attemptMax) {
        long endNanos = beganNanos + allTime.toNanos();
        alarm.arm(endNanos, () -> exhausted(null, null, write && perhapsDone, allTime));
        try {
            T answer = ask(call, write, allTime, endNanos, attemptMax);
            changed |= write;
            return answer;
        } finally {
            alarm.disarm();
        }
    }

    private <T> T ask(
            Function<AdminBlockingStub, T> call, boolean write, Duration allTime, long endNanos, Duration attemptMax) {
        long attemptMinNanos = Math.min(ATTEMPT_MIN.toNanos(), allTime.toNanos() / ATTEMPT_MIN_PART);
        Failure last = null;
        Failure doubt = null; // of the node that may have done it
        boolean said = false; // somebody answered, or may have done it
        while (true) {
            boolean hope = false;
            for (int i = 0; i < endpoints.size(); i++) {
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos <= (said ? attemptMinNanos : 0)) {
                    break;
                }
                Endpoint endpoint = endpoints.get(next);
                if (!speaks(endpoint, leftNanos / (endpoints.size() - i + 1))) {
                    last = last == null ? Failure.silent(endpoint) : last;
                    hope = true; // it may only be slow
                    next = (next + 1) % endpoints.size();
                    continue;
                }
                leftNanos = endNanos - System.nanoTime();
                Delivery delivery = new Delivery();
                boolean before = perhapsDone;
                perhapsDone = true; // from here on, for the alarm
                try {
                    return call.apply(stub(endpoint)
                            .withInterceptors(delivery)
                            .withDeadlineAfter(Math.min(leftNanos, attemptMax.toNanos()), TimeUnit.NANOSECONDS));
                } catch (StatusRuntimeException e) {
                    Failure failure = failure(endpoint, e, delivery.left());
                    perhapsDone = before || failure.maybeDone();
                    doubt = failure.maybeDone() ? failure : doubt;
                    if (!failure.elsewhere()) {
                        throw failure.exception();
                    }
                    said |= failure.reason() != null || failure.maybeDone();
                    // What a node says tells more than that another one could not be reached.
                    last = last == null || failure.reason() != null ? failure : last;
                    hope |= !failure.lasting();
                    next = (next + 1) % endpoints.size();
                }
            }
            if (!hope || System.nanoTime() + PAUSE.toNanos() + (said ? attemptMinNanos : 0) >= endNanos) {
                throw exhausted(last, doubt, write && perhapsDone, allTime);
            }
            pause();
        }
    }

    /**
     * Whether there is somebody at the other end, or it is clear that there is not, which the call then tells. The
     * kernel takes connections for a process that hangs; asked for something, it would cost all the time there is, and
     * whether it was done would be anybody's guess.
     */
    private boolean speaks(Endpoint endpoint, long nanosMax) {
        ManagedChannel channel = channel(endpoint);
        long endNanos = System.nanoTime() + Math.min(nanosMax, TimeUnit.MILLISECONDS.toNanos(CONNECT_TIMEOUT_MILLIS));
        ConnectivityState state = channel.getState(true);
        while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
            CountDownLatch changed = new CountDownLatch(1);
            channel.notifyWhenStateChanged(state, changed::countDown);
            try {
                if (!changed.await(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CliException(ExitCode.REFUSED, "interrupted");
            }
            state = channel.getState(true);
        }
        return true;
    }

    /**
     * @param last what the last node said; null: there was no time to ask one, or none to hear it
     * @param doubt why nobody knows what became of the write; null: nobody does know why, or there is no doubt
     */
    private static CliException exhausted(
            @Nullable Failure last, @Nullable Failure doubt, boolean maybeDone, Duration allTime) {
        if (maybeDone && doubt != null) {
            return doubt.doubt();
        }
        String line =
                last == null ? "no answer within " + text(allTime) + ", the start of weldrctl included" : last.line();
        String reason = last == null ? null : last.reason();
        return maybeDone
                ? new CliException(ExitCode.UNKNOWN, "it may have been done: " + line)
                : new CliException(ExitCode.UNREACHABLE, reason, line);
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    /**
     * Between two rounds over the endpoints: an election takes about as long, and there is nothing here to be told when
     * it ends.
     */
    static void pause() {
        pause(PAUSE);
    }

    /** The same for that time. */
    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.REFUSED, "interrupted");
        }
    }

    /** Whether a node has carried out a change for this command. */
    boolean changed() {
        return changed;
    }

    /** The node to speak to now. */
    Endpoint current() {
        return endpoints.get(next);
    }

    /** Turns to the next node. */
    void advance() {
        next = (next + 1) % endpoints.size();
    }

    /** How many nodes there are to ask. */
    int endpoints() {
        return endpoints.size();
    }

    Duration timeout() {
        return timeout;
    }

    /** How much of the time is left for reads. */
    Duration left() {
        return Duration.ofNanos(beganNanos + timeout.toNanos() - System.nanoTime());
    }

    private AdminBlockingStub stub(Endpoint endpoint) {
        return AdminGrpc.newBlockingStub(channel(endpoint));
    }

    /** A stub without a deadline, for a stream. */
    AdminStub stream(Endpoint endpoint) {
        return AdminGrpc.newStub(channel(endpoint));
    }

    /** Whether the node there speaks within a second, or it is clear already that it does not. */
    boolean speaks(Endpoint endpoint) {
        return speaks(endpoint, TimeUnit.MILLISECONDS.toNanos(CONNECT_TIMEOUT_MILLIS));
    }

    private ManagedChannel channel(Endpoint endpoint) {
        ManagedChannel before = channels.get(endpoint);
        if (before != null && before.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            // It would fail calls at once until its back-off is over; a new one tries now.
            channels.remove(endpoint);
            before.shutdown();
        }
        return channels.computeIfAbsent(endpoint, this::open);
    }

    private ManagedChannel open(Endpoint endpoint) {
        SslContext tls = access.tls(endpoint);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port());
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls);
        }
        return builder.intercept(access.fields())
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .disableRetry() // this class repeats, and knows when it may
                .proxyDetector(target -> null)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .maxInboundMessageSize(REPLY_BYTES_MAX)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .build();
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        loop.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MILLIS_MAX);
    }
}
