package io.weldr.raft.client;

import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.codec.UndecodableException;
import io.weldr.core.Stamp;
import io.weldr.core.listener.Listener;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.KeySeal;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.proto.raft.v1.LogProto;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the leader checks before an entry goes into the log, whether the command came in here or was forwarded. An entry
 * that passes can be applied by every voter, with the same outcome: values and limits are judged here, and only here.
 *
 * @param limits those that the leader writes into the entries
 * @param rules what this node knows besides the state
 */
record Admission(Limits limits, NodeRules rules) {
    /** As this program has it, on a node that has not said yet where it listens. */
    static final Admission CURRENT = new Admission(Limits.CURRENT, NodeRules.UNSAID);

    Admission with(NodeRules others) {
        return new Admission(limits, others);
    }

    /**
     * The entry as it goes into the log.
     *
     * @param forwarded whether another member sent it
     * @param state that this leader has applied; its cluster version can only be lower than the one that holds when the
     *     entry is applied
     * @throws GatewayException of kind {@code UNSUPPORTED}, {@code OWN_ADDRESS}, {@code ROUTES} or {@code NEEDS_SECRET}
     */
    LogProto.Entry admit(LogProto.Entry entry, boolean forwarded, ClusterState state) {
        return admit(entry, forwarded, state, newcomer -> null);
    }

    /**
     * The same.
     *
     * @param askedFor who had a member taken in that announces itself for the first time; null: nobody
     */
    LogProto.Entry admit(
            LogProto.Entry entry,
            boolean forwarded,
            ClusterState state,
            Function<MemberId, @Nullable Attribution> askedFor) {
        Command command = command(entry);
        require(command.since(), state);
        if (forwarded && command instanceof Command.RaiseClusterVersion) {
            throw unsupported("a member asks for another cluster version (expected: the leader raises it)");
        }
        String secretFor = rules.hasSecret() ? null : secretFor(command);
        if (secretFor != null) {
            throw new GatewayException(Kind.NEEDS_SECRET, secretFor);
        }
        String refusal = rules.own().refusal(command, state);
        if (refusal != null) {
            throw new GatewayException(Kind.OWN_ADDRESS, refusal);
        }
        // Members of before there were actors stop at the field.
        LogProto.Entry admitted = state.version().atLeast(ClusterVersion.TOKENS)
                ? attributed(entry, command, state, askedFor)
                : EntryCodec.withoutAttribution(entry);
        if (command instanceof Command.CheckedByLeader checked) {
            checkRoutes(command, state);
            admitted = EntryCodec.withCommand(admitted, checked.checkedAt(state.routing()));
        } else if (command instanceof Command.PutListener put && bringsRequests(put.listener(), state)) {
            checkRoutes(command, state); // or else the next change of routes would be refused, whatever it is
        }
        // Members of before limits were written down apply the initial ones.
        Limits holding = state.version().atLeast(ClusterVersion.HEALTH_APART) ? limits : Limits.INITIAL;
        return holding.equals(Limits.INITIAL)
                ? admitted.toBuilder().clearLimits().build()
                : EntryCodec.withLimits(admitted, holding);
    }

    /** A member announces itself, but whoever had it taken in asked for that. */
    private static LogProto.Entry attributed(
            LogProto.Entry entry,
            Command command,
            ClusterState state,
            Function<MemberId, @Nullable Attribution> askedFor) {
        if (command instanceof Command.AnnounceMember announce
                && !state.members().containsKey(announce.member().id())) {
            Attribution by = askedFor.apply(announce.member().id());
            return by == null ? entry : EntryCodec.withAttribution(entry, by);
        }
        return entry;
    }

    /** What of a command needs the secret of the cluster, and how to make one; null: nothing does. */
    private static @Nullable String secretFor(Command command) {
        if (command instanceof Command.PutPool put && put.settings().sticky() != null) {
            return "sticky: " + CookieTokens.NEEDS_SECRET;
        }
        return command instanceof Command.PutCertificate put
                ? (put.certificate().acme() == null ? "privateKey: " : "acme: ") + KeySeal.NEEDS_SECRET
                : null;
    }

    private static boolean bringsRequests(Listener listener, ClusterState state) {
        Listener before = state.listener(listener.name());
        return listener.protocol().carriesHttp() && (before == null || before.protocol() != listener.protocol());
    }

    /** Refuses a change of routes or listeners after which a stored test fails, or a match is never reached. */
    private static void checkRoutes(Command command, ClusterState state) {
        Map<RouteName, Route> after = new TreeMap<>(state.routes());
        RouteName changed = null;
        if (command instanceof Command.PutRoute put) {
            changed = put.route().name();
            Route before = state.route(changed);
            Stamp stamp = before == null ? new Stamp(Long.MAX_VALUE, Long.MAX_VALUE) : before.stamp();
            after.put(changed, put.route().with(stamp));
        } else if (command instanceof Command.RemoveRoute remove) {
            after.remove(remove.name());
        }
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        if (command instanceof Command.PutListener put) {
            listeners = listeners.with(put.listener());
        }
        List<String> refusals = RouteChecks.check(
                        after.values(), changed, state.pools().keySet(), listeners)
                .refusals();
        if (!refusals.isEmpty()) {
            throw new GatewayException(Kind.ROUTES, String.join("; ", refusals));
        }
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
