package io.weldr.raft.machine;

import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import io.weldr.raft.codec.EntryCodec;
import io.weldr.raft.codec.LogEntry;
import io.weldr.raft.codec.SnapshotCodec.Snapshot;
import io.weldr.raft.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies entries one after the other, without Ratis and without I/O. Confined to the thread that applies the log. Total: whatever the bytes, there is an
 * outcome.
 */
public final class Applier {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private ClusterState state;
    private final AppliedRequests requests;

    private Applier(ClusterState state, Map<String, Committed> requests) {
        this.state = state;
        this.requests = new AppliedRequests(requests);
    }

    /** Before the first entry. */
    public static Applier initial() {
        return new Applier(ClusterState.INITIAL, Map.of());
    }

    /** As a snapshot left it. */
    public static Applier of(Snapshot snapshot) {
        return new Applier(snapshot.state(), snapshot.requests());
    }

    public ClusterState state() {
        return state;
    }

    /** What a snapshot at this point holds. */
    public Snapshot snapshot(long term, long index) {
        return new Snapshot(term, index, state, requests.view());
    }

    /** Applies the entry at {@code index} and tells what became of it. */
    public Committed apply(ByteBuffer bytes, long index) {
        LogEntry entry;
        try {
            entry = EntryCodec.decode(bytes);
        } catch (UndecodableException e) {
            LOG.error("Entry {} of the log was refused: {}", index, e.getMessage());
            return new Committed(index, new Outcome.Refused(Outcome.Refusal.INVALID, String.valueOf(e.getMessage())));
        }
        if (entry instanceof LogEntry.Write write) {
            return apply(write, index);
        }
        return new Committed(index, Outcome.Accepted.plain(Outcome.Effect.UNCHANGED, state.revision()));
    }

    private Committed apply(LogEntry.Write write, long index) {
        Committed before = requests.find(write.id().value());
        if (before != null) {
            return before;
        }
        Committed committed = new Committed(index, outcome(write, index));
        requests.put(write.id().value(), committed);
        return committed;
    }

    private Outcome outcome(LogEntry.Write write, long index) {
        try {
            Transition transition = state.apply(write.command(), index);
            state = transition.next();
            return transition.outcome();
        } catch (RuntimeException | AssertionError e) {
            // A mistake of ours, the same on every node. Refusing it keeps them equal and alive; throwing would close
            // all.
            LOG.error("Entry {} of the log, {}, was refused: applying it failed", index, write.command(), e);
            return new Outcome.Refused(Outcome.Refusal.INVALID, "applying the command failed: " + e);
        }
    }
}
