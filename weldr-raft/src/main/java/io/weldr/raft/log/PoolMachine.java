package io.weldr.raft.log;

import io.weldr.codec.CommittedCodec;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.codec.UndecodableException;
import io.weldr.core.port.Committed;
import io.weldr.raft.workaround.Workaround;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state machine: one instance for one life of a {@link RaftServer}. Entries are applied, and snapshots
 * taken and installed, by one thread of Ratis; notifications come from others, some under its locks, and are only
 * passed on.
 */
public final class PoolMachine extends BaseStateMachine {
    private final MachineEvents events;
    private final SnapshotFiles files = new SnapshotFiles();
    private final SnapshotAttempts attempts = new SnapshotAttempts(); // confined to the thread that applies the log
    private Applier applier = Applier.initial(); // confined to the thread that applies the log
    /**
     * An entry, or a snapshot, needs a newer version of the program: nothing is applied any more. Confined to the same
     * thread.
     */
    private boolean stopped;

    public PoolMachine(MachineEvents events) {
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        if (Workaround.FORCED_VOTES.used()) {
            VoteFile.install(storage);
        }
        getLifeCycle().startAndTransition(() -> restore(files.open(storage)), IOException.class);
    }

    private void restore(@Nullable Snapshot snapshot) {
        if (snapshot == null) {
            return;
        }
        applier = Applier.of(snapshot);
        setLastAppliedTermIndex(TermIndex.valueOf(snapshot.term(), snapshot.index()));
        events.applied(applier.state(), snapshot.index());
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return files.storage();
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        events.transactionStarted(request.getCallId());
        return super.startTransaction(request);
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        long index = entry.getIndex();
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        if (stopped) {
            return CompletableFuture.failedFuture(new IllegalStateException("an earlier entry is not known"));
        }
        Committed committed;
        try {
            committed = applier.apply(data.asReadOnlyByteBuffer(), entry.getTerm(), index);
        } catch (UndecodableException e) {
            stop("entry " + index + " of the log cannot be applied: " + e.getMessage());
            return CompletableFuture.failedFuture(e);
        }
        updateLastAppliedTermIndex(entry.getTerm(), index);
        events.applied(applier.state(), index);
        byte[] answer = CommittedCodec.encode(committed).toByteArray();
        return CompletableFuture.completedFuture(Message.valueOf(UnsafeByteOperations.unsafeWrap(answer)));
    }

    /** What is applied stays below the entry that is not known, so that a snapshot never stands for it. */
    private void stop(String line) {
        stopped = true;
        events.newerVersionNeeded(line);
    }

    /** Entries that are Ratis' own: configurations and commit marks. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (stopped) {
            return;
        }
        super.notifyTermIndexUpdated(term, index);
        events.applied(applier.state(), index);
    }

    /** Never fails: Ratis would try again at once, after each entry, and write a stack trace each time. */
    @Override
    public long takeSnapshot() {
        TermIndex applied = getLastAppliedTermIndex();
        long nowNanos = System.nanoTime();
        if (stopped || applied.getIndex() < 0 || !attempts.due(nowNanos)) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        try {
            files.save(applier.snapshot(applied.getTerm(), applied.getIndex()));
        } catch (IOException | RuntimeException e) {
            attempts.failed(nowNanos);
            events.snapshotSaved(e);
            return RaftLog.INVALID_LOG_INDEX;
        }
        attempts.succeeded();
        events.snapshotSaved(null);
        return applied.getIndex();
    }

    /**
     * The leader's snapshot is about to replace everything. Without these transitions a follower closes at its first
     * one.
     */
    @Override
    public void pause() {
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            return; // The last one could not be put in place. Without this no later one could, either.
        }
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        try {
            getLifeCycle().startAndTransition(() -> restore(files.installed()), IOException.class);
        } catch (NewerVersionException e) {
            stop(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        Set<String> learners = new HashSet<>(ids(configuration.getListenersList()));
        learners.addAll(ids(configuration.getOldListenersList()));
        events.membersCommitted(
                index, ids(configuration.getPeersList()), ids(configuration.getOldPeersList()), Set.copyOf(learners));
    }

    private static Set<String> ids(List<RaftPeerProto> peers) {
        return peers.stream().map(peer -> peer.getId().toStringUtf8()).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, @Nullable RaftPeerId leader) {
        events.leadershipMoved();
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipMoved();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipMoved();
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failed) {
        events.logFailed(cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServers) {
        events.serverShutDown();
    }

    @Override
    public void close() {
        getLifeCycle().checkStateAndClose();
    }
}
