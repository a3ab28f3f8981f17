package io.weldr.raft.ratis;

import io.weldr.raft.ratis.ChangeException.Kind;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.protocol.exceptions.TransferLeadershipException;
import org.jspecify.annotations.Nullable;

/** The one table from Ratis' replies to changes of the voters and of leadership to ours. */
final class ChangeReplies {
    private ChangeReplies() {}

    static ChangeException noGroup() {
        IllegalStateException cause = new IllegalStateException("this node belongs to no cluster");
        return new ChangeException(Kind.NOT_LEADER, String.valueOf(cause.getMessage()), cause);
    }

    /** Nothing on success. Error Prone wants Void spelled out. */
    static @Nullable Void toDone(@Nullable RaftClientReply reply, @Nullable Throwable thrown) {
        if (thrown != null) {
            throw new CompletionException(failure(thrown));
        }
        if (reply == null) {
            throw new CompletionException(failure(new IllegalStateException("consensus gave no reply")));
        }
        if (!reply.isSuccess()) {
            throw new CompletionException(failure(reply.getException()));
        }
        return null;
    }

    static ChangeException failure(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new ChangeException(kind(cause), String.valueOf(cause.getMessage()), cause);
    }

    private static Kind kind(Throwable cause) {
        if (cause instanceof NotLeaderException) {
            // Either it did not lead to begin with, or it lost leadership with the change in its log.
            return Kind.UNKNOWN;
        }
        if (cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException
                || cause instanceof ServerNotReadyException
                || cause instanceof GroupMismatchException
                || cause instanceof AlreadyClosedException) {
            return Kind.NOT_LEADER;
        }
        if (cause instanceof ReconfigurationInProgressException) {
            return Kind.UNDER_WAY;
        }
        if (cause instanceof ReconfigurationTimeoutException) {
            return Kind.NOT_CAUGHT_UP;
        }
        if (cause instanceof SetConfigurationException || cause instanceof TransferLeadershipException) {
            return Kind.REFUSED;
        }
        return Kind.UNKNOWN;
    }
}
