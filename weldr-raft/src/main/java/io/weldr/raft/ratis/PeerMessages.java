package io.weldr.raft.ratis;

import io.weldr.raft.workaround.Workaround;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * Corrects and orders the messages of other members before Ratis 3.3.0 sees them, on the Raft port and thus on every
 * connection, heartbeats included.
 *
 * <ul>
 *   <li>A follower commits only entries that the same message has compared with the leader's log (decision 0016).
 *   <li>Messages that change the log or the term are handled one after the other (decision 0017). Heartbeats of the
 *       current term and pre-votes change neither, and never wait.
 * </ul>
 *
 * <p>Runs on threads of gRPC, which may block.
 */
final class PeerMessages implements ServerInterceptor {
    private final LogLock lock;
    private volatile LongSupplier currentTerm = () -> -1;

    PeerMessages(LogLock lock) {
        this.lock = lock;
    }

    /** The log is open. Until then this node's term is not known, and every heartbeat may change it. */
    void opened(LongSupplier term) {
        currentTerm = term;
    }

    /** For what this node itself does to its term. */
    LogLock lock() {
        return lock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Answers<Q, A> answers = new Answers<>(call);
        return new Ordered<>(answers, next.startCall(answers, headers));
    }

    /**
     * The append as a follower may take it. An append without a previous entry compares nothing but the entries that it
     * brings, so it must not commit any other. Ratis takes a missing previous entry for the index 0, where it should
     * take -1: a heartbeat would commit whatever the follower has at index 0, and an append would commit one entry more
     * than it brings.
     */
    static AppendEntriesRequestProto bounded(AppendEntriesRequestProto append) {
        if (append.hasPreviousLog() || !Workaround.COMPARED_COMMITS.used()) {
            return append; // The follower has looked the previous entry up, or refuses the append.
        }
        int entries = append.getEntriesCount();
        long compared = entries == 0 ? -1 : append.getEntries(entries - 1).getIndex();
        return append.getLeaderCommit() <= compared
                ? append
                : append.toBuilder().setLeaderCommit(compared).build();
    }

    /** Whether the message may change the log or the term of this node. */
    private boolean changes(Object message) {
        if (!Workaround.MESSAGES_IN_TURN.used()) {
            return false;
        }
        if (message instanceof AppendEntriesRequestProto append) {
            return append.getEntriesCount() > 0 || append.getLeaderTerm() > currentTerm.getAsLong();
        }
        if (message instanceof RequestVoteRequestProto vote) {
            return !vote.getPreVote();
        }
        return message instanceof InstallSnapshotRequestProto || message instanceof StartLeaderElectionRequestProto;
    }

    private final class Ordered<Q, A> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final Answers<Q, A> answers;
        private final boolean single;
        private boolean changing; // Calls of one listener come one after the other.
        private boolean refused;

        Ordered(Answers<Q, A> answers, ServerCall.Listener<Q> next) {
            super(next);
            this.answers = answers;
            this.single = answers.getMethodDescriptor().getType().clientSendsOneMessage();
        }

        @Override
        public void onMessage(Q message) {
            Q bounded = message instanceof AppendEntriesRequestProto append ? sameType(bounded(append)) : message;
            changing = changes(bounded);
            if (single) {
                super.onMessage(bounded); // gRPC keeps the message until the half-close.
            } else {
                run(() -> super.onMessage(bounded));
            }
        }

        @SuppressWarnings("unchecked") // The message was of this type before it was bounded.
        private Q sameType(AppendEntriesRequestProto bounded) {
            return (Q) bounded;
        }

        @Override
        public void onHalfClose() {
            if (single) {
                run(super::onHalfClose);
            } else if (!refused) {
                super.onHalfClose();
            }
        }

        private void run(Runnable handling) {
            if (refused) {
                return;
            }
            if (!changing) {
                handling.run();
            } else if (lock.acquire()) {
                try {
                    handling.run();
                } finally {
                    lock.release();
                }
            } else {
                refused = true;
                answers.close(
                        Status.UNAVAILABLE.withDescription("the log has been busy with another message for "
                                + LogLock.WAIT_MAX.toMillis() + " ms"),
                        new Metadata());
            }
        }
    }

    /**
     * Ratis answers earlier messages of a call on its own threads, also when a later message was refused. gRPC's calls
     * are not thread safe.
     */
    private static final class Answers<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private boolean closed; // guarded by this

        Answers(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }
}
