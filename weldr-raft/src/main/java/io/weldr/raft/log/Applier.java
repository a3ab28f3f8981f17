package io.weldr.raft.log;

import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.codec.SnapshotCodec.Requests;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.codec.UndecodableException;
import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import java.nio.ByteBuffer;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies entries one after the other, without Ratis and without I/O. Confined to the thread that applies the log.
 * Every entry that this program knows has an outcome. An entry that it does not know changes nothing, and must not be
 * skipped: a member that goes on without it has another state than the others.
 */
public final class Applier {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private ClusterState state;
    private final AppliedRequests requests;

    private Applier(ClusterState state, Requests requests) {
        this.state = state;
        this.requests = new AppliedRequests(requests);
    }

    /** Before the first entry. */
    public static Applier initial() {
        return new Applier(ClusterState.INITIAL, new Requests(Map.of(), Map.of()));
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

    /**
     * Applies the entry at {@code index} and tells what became of it.
     *
     * @param term that its leader had
     * @throws UndecodableException if it holds something that this program does not know; nothing was applied then
     */
    public Committed apply(ByteBuffer bytes, long term, long index) throws UndecodableException {
        if (EntryCodec.decode(bytes) instanceof LogEntry.Write write) {
            return apply(write, term, index);
        }
        return new Committed(index, Outcome.Accepted.plain(Outcome.Effect.UNCHANGED, state.revision()));
    }

    private Committed apply(LogEntry.Write write, long term, long index) {
        ClusterVersion version = state.version();
        Committed before = requests.find(write, version);
        if (before != null) {
            return before;
        }
        Committed committed = new Committed(index, outcome(write, term, index));
        requests.put(write, version, committed);
        return committed;
    }

    private Outcome outcome(LogEntry.Write write, long term, long index) {
        if (write.command() instanceof Command.RecordVerdict verdict
                && verdict.term() != null
                && verdict.term() != term) {
            // The leader of that term may have been cut off by then: the one of this term probes for itself.
            return new Outcome.Refused(
                    Outcome.Refusal.PRECONDITION_FAILED,
                    "the verdict was reached in term " + verdict.term() + " (expected: term " + term + ")");
        }
        try {
            Transition transition = state.apply(write.command(), index, write.limits(), write.by());
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
