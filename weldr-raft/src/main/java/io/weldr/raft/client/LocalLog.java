package io.weldr.raft.client;

import io.weldr.codec.CommittedCodec;
import io.weldr.codec.UndecodableException;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.RatisNode.Applied;
import io.weldr.raft.ratis.SubmitException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries into the log of this node, which leads, and tells "it did not happen" from "nobody knows". Ratis gives
 * the same error for both; but what has not passed the leader's first checks cannot be in the log.
 */
public final class LocalLog {
    private final Supplier<@Nullable RatisNode> node;
    private final Set<Long> started = ConcurrentHashMap.newKeySet(); // at most one a submission under way

    public LocalLog(Supplier<@Nullable RatisNode> node) {
        this.node = node;
    }

    /** That submission may be in the log from here on. */
    public void transactionStarted(long callId) {
        started.add(callId);
    }

    CompletableFuture<Committed> submit(byte[] entry) {
        return append(entry).thenApply(applied -> {
            try {
                return CommittedCodec.decode(applied.answer());
            } catch (UndecodableException e) {
                throw new GatewayException(Kind.UNKNOWN_OUTCOME, String.valueOf(e.getMessage()), e);
            }
        });
    }

    /** Gives the index of the entry. */
    CompletableFuture<Long> barrier(byte[] entry) {
        return append(entry).thenApply(Applied::index);
    }

    private CompletableFuture<Applied> append(byte[] entry) {
        RatisNode open = node.get();
        if (open == null) {
            return CompletableFuture.failedFuture(
                    new GatewayException(Kind.UNAVAILABLE, "the consensus part is closed"));
        }
        long callId = open.nextCallId();
        return Errands.begun(() -> open.submit(callId, entry)).handle((applied, failure) -> {
            boolean perhapsLogged = started.remove(callId);
            if (failure != null) {
                throw failure(failure, perhapsLogged);
            }
            return applied;
        });
    }

    private static GatewayException failure(Throwable thrown, boolean perhapsLogged) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String message = String.valueOf(cause.getMessage());
        if (!(cause instanceof SubmitException submit)) {
            return new GatewayException(Kind.UNKNOWN_OUTCOME, message, cause);
        }
        return switch (submit.kind()) {
            case OVERLOADED -> new GatewayException(Kind.OVERLOADED, message, cause); // refused before the log
            case NOT_LEADER -> perhaps(perhapsLogged, Kind.NO_LEADER, message, cause);
            case CLOSED -> perhaps(perhapsLogged, Kind.UNAVAILABLE, message, cause);
            case FAILED -> new GatewayException(Kind.UNKNOWN_OUTCOME, message, cause);
        };
    }

    private static GatewayException perhaps(boolean logged, Kind otherwise, String message, Throwable cause) {
        return new GatewayException(logged ? Kind.UNKNOWN_OUTCOME : otherwise, message, cause);
    }
}
