package io.weldr.raft.write;

import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.state.OwnAddresses;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.raft.codec.EntryCodec;
import io.weldr.raft.codec.LogEntry;
import io.weldr.raft.codec.UndecodableException;

/**
 * What the leader checks before an entry goes into the log, whether the command came in here or was forwarded. An entry that passes can be applied
 * by every voter, with the same outcome: values and limits are judged here, and only here.
 *
 * @param limits those that the leader writes into the entries
 * @param own where no origin may be
 */
record Admission(Limits limits, OwnAddresses own) {
    /** As this program has it, on a node that has not said yet where it listens. */
    static final Admission CURRENT = new Admission(Limits.CURRENT, OwnAddresses.ANNOUNCED);

    Admission with(OwnAddresses addresses) {
        return new Admission(limits, addresses);
    }

    /**
     * The entry as it goes into the log.
     *
     * @param forwarded whether another member sent it
     * @param state that this leader has applied; its cluster version can only be lower than the one that holds when the entry is applied
     * @throws GatewayException of kind {@code UNSUPPORTED} or {@code OWN_ADDRESS}
     */
    LogProto.Entry admit(LogProto.Entry entry, boolean forwarded, ClusterState state) {
        Command command = command(entry);
        require(command.since(), state);
        if (forwarded && command instanceof Command.RaiseClusterVersion) {
            throw unsupported("a member asks for another cluster version (expected: the leader raises it)");
        }
        String refusal = own.refusal(command, state);
        if (refusal != null) {
            throw new GatewayException(Kind.OWN_ADDRESS, refusal);
        }
        LogProto.Entry admitted = command instanceof Command.CheckedByLeader checked
                ? EntryCodec.withCommand(entry, checked.checkedAt(state.routing()))
                : entry;
        // Members of before limits were written down apply the initial ones.
        Limits holding = state.version().atLeast(ClusterVersion.HEALTH_APART) ? limits : Limits.INITIAL;
        return holding.equals(Limits.INITIAL)
                ? admitted.toBuilder().clearLimits().build()
                : EntryCodec.withLimits(admitted, holding);
    }

    private static Command command(LogProto.Entry entry) {
        try {
            if (EntryCodec.decode(entry) instanceof LogEntry.Write write) {
                return write.command();
            }
        } catch (UndecodableException e) {
            throw unsupported("the leader cannot take the command: " + e.getMessage());
        }
        throw unsupported("the leader cannot take the command: there is none (expected: a command)");
    }

    private static void require(ClusterVersion needed, ClusterState state) {
        if (!state.version().atLeast(needed)) {
            throw unsupported("the command needs cluster version " + needed + ", and the cluster has version "
                    + state.version() + " (expected: every member runs a version of weldr that supports " + needed
                    + ")");
        }
    }

    private static GatewayException unsupported(String why) {
        return new GatewayException(Kind.UNSUPPORTED, why);
    }
}
