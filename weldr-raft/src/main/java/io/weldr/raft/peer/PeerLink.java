package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.Deadline;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks other members at their Raft address. While a cluster moves to TLS, it is tried first. Thread safe; never blocks.
 */
public final class PeerLink implements AutoCloseable {
    private final PeerSecurity security;
    private final Dialer dialer;
    /** Connections over which nothing is sent: what ends them says something of the other end. */
    private final Dialer presences;

    private @Nullable EventLoopGroup presenceLoop; // guarded by this; null until it is needed

    /** Without TLS. */
    public PeerLink() {
        this(PeerSecurity.plain());
    }

    public PeerLink(PeerSecurity security) {
        this.security = security;
        this.dialer = new Dialer(security, builder -> builder.maxInboundMessageSize(PeerMethods.HELLO_BYTES_MAX));
        this.presences = new Dialer(
                security,
                builder -> builder.maxInboundMessageSize(PeerMethods.HELLO_BYTES_MAX)
                        .eventLoopGroup(presenceLoop())
                        .channelFactory(WatchedChannel::new));
    }

    /** Opens the connection to a member, unless it is open or is being opened. Returns at once. */
    public void connect(HostPort to) {
        var unused = dialer.channel(to, security.plainFirst(to)).getState(true);
    }

    /** One question, one answer. Fails if there is none within {@code timeout}; never throws. */
    public CompletableFuture<byte[]> hello(HostPort to, byte[] message, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        // Not bound to a call of another that it may be asked in: it would be cancelled when that one is answered.
        Context before = Context.ROOT.attach();
        try {
            new Question(to, message, timeout, answer).ask(security.plainFirst(to), security.speaksBoth());
        } finally {
            Context.ROOT.detach(before);
        }
        return answer;
    }

    /** Confined to one thread of gRPC after the other. */
    private final class Question {
        private final HostPort to;
        private final byte[] message;
        private final Deadline deadline;
        private final CompletableFuture<byte[]> answer;

        Question(HostPort to, byte[] message, Duration timeout, CompletableFuture<byte[]> answer) {
            this.to = to;
            this.message = message;
            this.deadline = Deadline.after(timeout.toMillis(), TimeUnit.MILLISECONDS);
            this.answer = answer;
        }

        /**
         * Asks it.
         *
         * @param turns whether to ask the other way if this one does not come about
         */
        void ask(boolean plain, boolean turns) {
            ManagedChannel channel;
            try {
                channel = dialer.channel(to, plain);
            } catch (
                    RuntimeException e) { // closed, or a host that gRPC refuses and an older version may have announced
                answer.completeExceptionally(e);
                return;
            }
            CallOptions options = CallOptions.DEFAULT.withDeadline(deadline);
            start(channel.newCall(PeerMethods.HELLO, options), message, new ClientCall.Listener<>() {
                @Override
                public void onMessage(byte[] bytes) {
                    security.met(to, plain);
                    answer.complete(bytes);
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    if (status.getCode() == Status.Code.UNAVAILABLE && !plain) {
                        security.triedTls(to);
                    }
                    if (status.getCode() == Status.Code.UNAVAILABLE && turns) {
                        ask(!plain, false);
                        return;
                    }
                    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
                        // After a cut TCP is silent for much longer than the cut was: the next question asks for a new
                        // connection.
                        dialer.drop(to, plain, channel);
                    }
                    answer.completeExceptionally(status.asException());
                }
            });
        }
    }

    /** Hears what becomes of a connection, on a thread of gRPC. */
    public interface Presence {
        /**
         * It ended, as it does at once when the process there dies.
         *
         * @param closed by the machine at the other end: nothing was sent to it, so no packet filter has answered. Else
         *     it was reset, or this node ended it
         */
        void ended(boolean closed);

        /** It could not be made. */
        void failed();
    }

    /**
     * Tells {@code presence} once when the connection to {@code to} ends or cannot be made.
     *
     * @return ends it without telling
     */
    public Runnable presence(HostPort to, Presence presence) {
        Watched watched = new Watched(to, presence);
        watched.begin(security.plainFirst(to), security.speaksBoth());
        return watched::cancel;
    }

    private final class Watched {
        private final HostPort to;
        private final Presence presence;
        private @Nullable ClientCall<byte[], byte[]> call; // guarded by this
        private boolean cancelled; // guarded by this

        Watched(HostPort to, Presence presence) {
            this.to = to;
            this.presence = presence;
        }

        /**
         * Tries it.
         *
         * @param turns whether to try the other way if this one does not come about
         */
        void begin(boolean plain, boolean turns) {
            ClientCall<byte[], byte[]> next;
            try {
                next = presences.channel(to, plain).newCall(PeerMethods.PRESENCE, CallOptions.DEFAULT);
            } catch (RuntimeException e) {
                presence.failed();
                return;
            }
            synchronized (this) {
                if (cancelled) {
                    return;
                }
                call = next;
            }
            start(next, new byte[0], new ClientCall.Listener<>() {
                private boolean made;

                @Override
                public void onHeaders(Metadata headers) {
                    made = true;
                    security.met(to, plain);
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    if (status.getCode() == Status.Code.CANCELLED) {
                        return;
                    }
                    if (made) {
                        presence.ended(closed(status));
                    } else if (turns) {
                        begin(!plain, false);
                    } else {
                        presence.failed();
                    }
                }
            });
        }

        private static boolean closed(Status status) {
            if (status.getCode() != Status.Code.UNAVAILABLE) {
                return false;
            }
            for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
                boolean end = cause instanceof ClosedChannelException || cause instanceof SSLException;
                if (cause instanceof IOException && !end) {
                    return false;
                }
            }
            return true;
        }

        void cancel() {
            ClientCall<byte[], byte[]> last;
            synchronized (this) {
                cancelled = true;
                last = call;
            }
            if (last != null) {
                last.cancel("not asked for any more", null);
            }
        }
    }

    private synchronized EventLoopGroup presenceLoop() {
        EventLoopGroup loop = presenceLoop;
        if (loop == null) {
            loop = new NioEventLoopGroup(1, new DefaultThreadFactory("weldr-raft-presence", true));
            presenceLoop = loop;
        }
        return loop;
    }

    private static void start(ClientCall<byte[], byte[]> call, byte[] message, ClientCall.Listener<byte[]> listener) {
        call.start(listener, new Metadata());
        call.request(1);
        call.sendMessage(message);
        call.halfClose();
    }

    @Override
    public void close() {
        presences.close();
        dialer.close();
        EventLoopGroup loop;
        synchronized (this) {
            loop = presenceLoop;
        }
        if (loop == null) {
            return;
        }
        // Once the connections have ended, which it does not wait for.
        var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
