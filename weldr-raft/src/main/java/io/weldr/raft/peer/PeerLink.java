package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;

/** Asks other members at their Raft address. Thread safe; never blocks. */
public final class PeerLink implements AutoCloseable {
    /** An answer holds a few names and addresses. */
    private static final int MESSAGE_BYTES_MAX = 64 * 1024;

    private static final int CHANNELS_MAX = 64;

    private final Map<HostPort, ManagedChannel> channels = new ConcurrentHashMap<>(); // CHANNELS_MAX
    private volatile boolean closed;

    /** One question, one answer. Fails if there is none within {@code timeout}; never throws. */
    public CompletableFuture<byte[]> hello(HostPort to, byte[] message, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        ManagedChannel channel;
        try {
            channel = channel(to);
        } catch (RuntimeException e) { // closed, or a host that gRPC refuses and an older version may have announced
            return CompletableFuture.failedFuture(e);
        }
        channel.resetConnectBackoff(); // else an address that was silent once is not tried for up to two minutes
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
        // Not bound to a call of another that it may be asked in: it would be cancelled when that one is answered.
        Context before = Context.ROOT.attach();
        try {
            start(channel.newCall(PeerMethods.HELLO, options), message, new ClientCall.Listener<>() {
                @Override
                public void onMessage(byte[] bytes) {
                    answer.complete(bytes);
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED && channels.remove(to, channel)) {
                        // After a cut TCP is silent for much longer than the cut was: the next question asks for a new
                        // connection.
                        channel.shutdown();
                    }
                    answer.completeExceptionally(status.asException());
                }
            });
        } finally {
            Context.ROOT.detach(before);
        }
        return answer;
    }

    /** Hears what becomes of a connection, on a thread of gRPC. */
    public interface Presence {
        /** It ended, as it does at once when the process there dies. */
        void ended();

        /** It could not be made. */
        void failed();
    }

    /**
     * Tells {@code presence} once when the connection to {@code to} ends or cannot be made.
     *
     * @return ends it without telling
     */
    public Runnable presence(HostPort to, Presence presence) {
        ManagedChannel channel;
        try {
            channel = channel(to);
        } catch (RuntimeException e) {
            presence.failed();
            return () -> {};
        }
        channel.resetConnectBackoff();
        ClientCall<byte[], byte[]> call = channel.newCall(PeerMethods.PRESENCE, CallOptions.DEFAULT);
        start(call, new byte[0], new ClientCall.Listener<>() {
            private boolean made;

            @Override
            public void onHeaders(Metadata headers) {
                made = true;
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                if (status.getCode() == Status.Code.CANCELLED) {
                    return;
                }
                if (made) {
                    presence.ended();
                } else {
                    presence.failed();
                }
            }
        });
        return () -> call.cancel("not asked for any more", null);
    }

    private static void start(ClientCall<byte[], byte[]> call, byte[] message, ClientCall.Listener<byte[]> listener) {
        call.start(listener, new Metadata());
        call.request(1);
        call.sendMessage(message);
        call.halfClose();
    }

    private ManagedChannel channel(HostPort to) {
        if (closed) {
            throw new IllegalStateException("the link to the peers is closed");
        }
        if (channels.size() >= CHANNELS_MAX && !channels.containsKey(to)) {
            // Nobody has so many members: somebody asks for addresses that are none.
            channels.values().forEach(ManagedChannel::shutdown);
            channels.clear();
        }
        return channels.computeIfAbsent(
                to,
                address -> NettyChannelBuilder.forAddress(address.host(), address.port())
                        .usePlaintext() // TLS between members goes here, together with the one in RatisNode
                        .proxyDetector(target -> null)
                        .disableRetry()
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build());
    }

    @Override
    public void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}
