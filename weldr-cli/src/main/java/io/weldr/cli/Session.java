package io.weldr.cli;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.WriteOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks nodes until one answers. A write carries the same request id to every node, so that one whose answer got lost is not
 * carried out twice. Confined to one thread.
 */
final class Session implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    /** A node gives up within two seconds itself; with the way there and back this is when to ask another. */
    private static final Duration ATTEMPT_MAX = Duration.ofSeconds(3);

    /**
     * Less than a node may take to answer is no time for a further attempt: it would be cut short, and then nobody knows what
     * became of it, though the node before had said so clearly.
     */
    private static final Duration ATTEMPT_MIN = Duration.ofSeconds(2);

    /** Between two rounds over all nodes: an election takes a few hundred milliseconds. */
    private static final Duration PAUSE = Duration.ofMillis(150);

    private static final int REPLY_BYTES_MAX = 16 << 20;

    private final List<Endpoint> endpoints;
    private final Duration timeout;
    private final Map<Endpoint, ManagedChannel> channels = new HashMap<>();
    private int next; // the endpoint that answered last

    Session(List<Endpoint> endpoints, Duration timeout) {
        this.endpoints = endpoints;
        this.timeout = timeout;
    }

    /** Options that name one wish, for every attempt at it. */
    static WriteOptions.Builder wish() {
        return WriteOptions.newBuilder().setRequestId("weldrctl-" + UUID.randomUUID());
    }

    /** The first answer of any node. Throws {@link CliException} with what the last one said. */
    <T> T read(Function<AdminBlockingStub, T> call) {
        return ask(call, false, ATTEMPT_MAX);
    }

    /** The same for a write, which must carry a request id. */
    <T> T write(Function<AdminBlockingStub, T> call, boolean waits) {
        return ask(call, true, waits ? timeout : ATTEMPT_MAX);
    }

    private <T> T ask(Function<AdminBlockingStub, T> call, boolean write, Duration attemptMax) {
        long endNanos = System.nanoTime() + timeout.toNanos();
        boolean maybeDone = false;
        Failure last = null;
        while (true) {
            boolean hope = false;
            for (int i = 0; i < endpoints.size(); i++) {
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos <= (last == null ? 0 : ATTEMPT_MIN.toNanos())) {
                    break;
                }
                Endpoint endpoint = endpoints.get(next);
                try {
                    return call.apply(stub(endpoint)
                            .withDeadlineAfter(Math.min(leftNanos, attemptMax.toNanos()), TimeUnit.NANOSECONDS));
                } catch (StatusRuntimeException e) {
                    Failure failure = Failure.of(endpoint, e);
                    if (!failure.elsewhere()) {
                        throw new CliException(failure.exitCode(), failure.line());
                    }
                    maybeDone |= write && failure.maybeDone();
                    // What a node says tells more than that another one could not be reached.
                    last = last == null || failure.reason() != null ? failure : last;
                    hope |= failure.reason() != null || failure.maybeDone();
                    next = (next + 1) % endpoints.size();
                }
            }
            if (!hope || System.nanoTime() + PAUSE.plus(ATTEMPT_MIN).toNanos() >= endNanos) {
                throw exhausted(last, maybeDone);
            }
            pause();
        }
    }

    private static CliException exhausted(@Nullable Failure last, boolean maybeDone) {
        String line = last == null ? "no answer in time" : last.line();
        return maybeDone
                ? new CliException(ExitCode.UNKNOWN, "it may have been done: " + line)
                : new CliException(ExitCode.UNREACHABLE, line);
    }

    static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.REFUSED, "interrupted");
        }
    }

    /** The node to speak to now. */
    Endpoint current() {
        return endpoints.get(next);
    }

    /** Turns to the next node. */
    void advance() {
        next = (next + 1) % endpoints.size();
    }

    Duration timeout() {
        return timeout;
    }

    /** A stub without a deadline. */
    AdminBlockingStub stub(Endpoint endpoint) {
        ManagedChannel before = channels.get(endpoint);
        if (before != null && before.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            // It would fail calls at once until its back-off is over; a new one tries now.
            channels.remove(endpoint);
            before.shutdown();
        }
        ManagedChannel channel = channels.computeIfAbsent(endpoint, Session::open);
        return AdminGrpc.newBlockingStub(channel);
    }

    private static ManagedChannel open(Endpoint endpoint) {
        return NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
                .usePlaintext()
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
    }
}
