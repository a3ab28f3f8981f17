package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberPort;
import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.ClientStreamTracer;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.Deadline;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

/**
 * Asks other members at their Raft port. It tells "surely not delivered" from "maybe" by whether the head of the
 * request was handed to a connection: before that, which is after the handshake of TLS, nothing of it has left this
 * process. Thread safe; never blocks.
 */
public final class MemberCaller implements MemberPort, AutoCloseable {
    /**
     * On a network where a connection takes longer than this, the two seconds that a write may take are over anyway.
     */
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    /** They read answers, and those who asked make something of them; what belongs to Raft does not wait for that. */
    private static final int THREADS = 2;

    private final PeerSecurity security;
    private final Dialer dialer;

    public MemberCaller(PeerSecurity security) {
        this.security = security;
        // Never shut down: a call that ends late still has to be told. Idle threads end. As many calls wait as are
        // open.
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "weldr-member-answer");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        this.dialer = new Dialer(
                security,
                builder -> builder.maxInboundMessageSize(PeerMethods.MEMBER_BYTES_MAX)
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .executor(threads)
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(3, TimeUnit.SECONDS));
    }

    @Override
    public boolean tlsOnly() {
        return security.speaksTls() && !security.speaksPlain();
    }

    /** Opens the connection to a member, unless it is open or is being opened. Returns at once. */
    public void connect(HostPort to) {
        var unused = dialer.channel(to, security.plainFirst(to)).getState(true);
    }

    @Override
    public CompletionStage<byte[]> ask(MemberId to, HostPort address, String call, byte[] request, Duration deadline) {
        Asked asked = new Asked(to, address, call, request, deadline);
        // Not bound to a call that it may come out of: a client that goes away takes no forwarded write with it.
        Context before = Context.ROOT.attach();
        try {
            asked.begin(security.plainFirst(address), security.speaksBoth());
        } finally {
            Context.ROOT.detach(before);
        }
        return asked.answer;
    }

    @Override
    public void close() {
        dialer.close();
    }

    /** One call. Confined to one thread of gRPC after the other. */
    private final class Asked {
        private final MemberId to;
        private final HostPort address;
        private final String call;
        private final byte[] request;
        private final Deadline deadline;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

        Asked(MemberId to, HostPort address, String call, byte[] request, Duration deadline) {
            this.to = to;
            this.address = address;
            this.call = call;
            this.request = request;
            this.deadline = Deadline.after(deadline.toNanos(), TimeUnit.NANOSECONDS);
        }

        /**
         * Makes an attempt.
         *
         * @param turns whether to ask the other way if there is no connection this way
         */
        void begin(boolean plain, boolean turns) {
            ManagedChannel channel;
            try {
                channel = dialer.channel(address, plain);
            } catch (RuntimeException e) { // closed, or a host that gRPC refuses
                answer.completeExceptionally(new GatewayException(
                        Kind.NO_LEADER, to + " at " + address + ": no connection can be made: " + e.getMessage(), e));
                return;
            }
            Delivery delivery = new Delivery();
            ClientCall<byte[], byte[]> attempt = channel.newCall(
                    PeerMethods.member(call),
                    CallOptions.DEFAULT.withDeadline(deadline).withStreamTracerFactory(delivery));
            Metadata headers = new Metadata();
            headers.put(PeerMethods.ADDRESSEE, to.value());
            attempt.start(
                    new ClientCall.Listener<>() {
                        private byte @Nullable [] reply;

                        @Override
                        public void onMessage(byte[] bytes) {
                            reply = bytes;
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            if (status.isOk() && reply != null) {
                                security.met(address, plain);
                                answer.complete(reply);
                            } else if (status.getCode() == Status.Code.UNAVAILABLE && turns && !delivery.left) {
                                begin(!plain, false);
                            } else {
                                answer.completeExceptionally(failure(status, delivery.left));
                            }
                        }
                    },
                    headers);
            attempt.request(1);
            attempt.sendMessage(request);
            attempt.halfClose();
        }

        private GatewayException failure(Status status, boolean left) {
            String why = status.getCode() == Status.Code.DEADLINE_EXCEEDED
                    ? "no answer in time"
                    : status.getCause() instanceof IOException cause
                            ? withoutAddress(String.valueOf(cause.getMessage()))
                            : String.valueOf(status.getDescription());
            Kind kind = switch (status.getCode()) {
                case UNIMPLEMENTED, PERMISSION_DENIED -> Kind.UNAVAILABLE; // an older version does not look at it
                case UNAUTHENTICATED, FAILED_PRECONDITION, RESOURCE_EXHAUSTED -> Kind.NO_LEADER;
                default -> left ? Kind.UNKNOWN_OUTCOME : Kind.NO_LEADER;
            };
            return new GatewayException(kind, to + " at " + address + ": " + why, status.asRuntimeException());
        }
    }

    /** {@code Connection refused: /10.0.0.2:9687}: the address stands in front of it already. */
    private static String withoutAddress(String message) {
        int address = message.indexOf(": /");
        return address < 0 ? message : message.substring(0, address);
    }

    /** Knows whether a request may have reached the other side. */
    private static final class Delivery extends ClientStreamTracer.Factory {
        private volatile boolean left;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void outboundHeaders() {
                    left = true;
                }

                @Override
                public void outboundMessage(int number) {
                    left = true;
                }
            };
        }
    }
}
