package io.weldr.raft.ratis;

import io.weldr.raft.ratis.RatisNode.Applied;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.jspecify.annotations.Nullable;

/** The one table from Ratis' replies to ours: it puts some failures into the reply and throws others. */
final class SubmitReplies {
    private SubmitReplies() {}

    static Applied toApplied(@Nullable RaftClientReply reply, @Nullable Throwable thrown) {
        if (thrown != null) {
            throw new CompletionException(failure(thrown));
        }
        if (reply == null) {
            throw new CompletionException(
                    new SubmitException(SubmitException.Kind.FAILED, "consensus gave no reply", null));
        }
        if (!reply.isSuccess()) {
            throw new CompletionException(failure(reply.getException()));
        }
        return new Applied(reply.getLogIndex(), reply.getMessage().getContent().asReadOnlyByteBuffer());
    }

    static SubmitException failure(@Nullable Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new SubmitException(kind(cause), String.valueOf(cause), cause);
    }

    private static SubmitException.Kind kind(@Nullable Throwable cause) {
        if (cause instanceof NotLeaderException
                || cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException) {
            return SubmitException.Kind.NOT_LEADER;
        }
        if (cause instanceof ResourceUnavailableException) {
            return SubmitException.Kind.OVERLOADED;
        }
        if (cause instanceof RejectedExecutionException
                || cause instanceof GroupMismatchException
                || cause instanceof AlreadyClosedException
                || cause instanceof ServerNotReadyException) {
            return SubmitException.Kind.CLOSED;
        }
        return SubmitException.Kind.FAILED;
    }
}
