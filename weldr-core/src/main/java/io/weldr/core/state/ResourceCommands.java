package io.weldr.core.state;

import static io.weldr.core.state.ResourceWrites.change;
import static io.weldr.core.state.ResourceWrites.moved;
import static io.weldr.core.state.ResourceWrites.refused;
import static io.weldr.core.state.ResourceWrites.some;

import io.weldr.core.Stamp;
import io.weldr.core.Words;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.ResourceWrites.Write;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands on pools, listeners and routes do. Each asks before it constructs, so that nothing here throws. */
final class ResourceCommands {
    private ResourceCommands() {}

    // ---- pools

    static Transition putPool(ClusterState state, long index, Limits limits, Command.PutPool command) {
        Pool before = state.pool(command.name());
        boolean same = before != null
                && before.settings().equals(command.settings())
                && before.health().equals(command.health());
        Write write = new Write(
                "pool",
                command.name().value(),
                stamp(before),
                same,
                state.pools().size(),
                limits.poolsMax());
        Transition settled = write.settled(state, command.condition());
        if (settled != null) {
            return settled;
        }
        Transition missing = CertificateCommands.missing(
                state, "tls.clientCertificate", command.settings().tls().clientCertificate());
        if (missing != null) {
            return missing;
        }
        if (before == null) {
            Stamp created = new Stamp(index, index);
            Pool pool = new Pool(command.name(), command.health(), command.settings(), List.of(), created);
            Change change = poolChange(index, command.at(), Kind.POOL_CREATED, pool.name(), "created");
            return new Transition(
                    state.edit().pool(pool).commitRouting(change), Accepted.of(Effect.CREATED, index, created));
        }
        Pool after = before.rewritten(command.health(), command.settings(), index);
        String health = command.health().changesFrom(before.health());
        String detail = joined(
                Differences.between(before.settings(), after.settings()),
                health.isEmpty() ? "" : "health policy: " + health);
        Change change = poolChange(index, command.at(), Kind.POOL_UPDATED, after.name(), detail);
        return new Transition(
                state.edit().pool(after).commitRouting(change), Accepted.of(Effect.UPDATED, index, after.stamp()));
    }

    private static String joined(String one, String other) {
        return one.isEmpty() ? other : other.isEmpty() ? one : one + ", " + other;
    }

    static Transition removePool(ClusterState state, long index, Command.RemovePool command) {
        PoolName name = command.name();
        Pool pool = state.pool(name);
        if (pool == null) {
            return refused(
                    state,
                    Refusal.NO_SUCH_POOL,
                    "there is no pool " + name + " (expected: one of " + some(state.pools()) + ")");
        }
        if (name.equals(PoolName.DEFAULT)) {
            return refused(state, Refusal.IN_USE, "the pool " + name + " always exists (expected: another pool)");
        }
        Transition stale = moved(state, "pool", name.value(), pool.stamp(), command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        String user = userOf(state, name);
        if (user != null) {
            return refused(
                    state,
                    Refusal.IN_USE,
                    user + " leads to pool " + name
                            + " (expected: no route and no listener leads to it; change or remove that one first)");
        }
        int origins = pool.origins().size();
        Change change = poolChange(
                index,
                command.at(),
                Kind.POOL_REMOVED,
                name,
                origins == 0 ? "removed" : "removed with " + origins + " origins");
        return new Transition(
                state.edit().without(name).commitRouting(change), Accepted.of(Effect.REMOVED, index, pool.stamp()));
    }

    private static @Nullable String userOf(ClusterState state, PoolName pool) {
        for (Route route : state.routes().values()) {
            if (route.leadsTo(pool)) {
                return "route " + route.name();
            }
        }
        for (Listener listener : state.listeners().values()) {
            if (pool.equals(listener.pool())) {
                return "listener " + listener.name();
            }
        }
        return null;
    }

    private static Change poolChange(long index, Instant at, Kind kind, PoolName name, String detail) {
        return new Change(index, at, kind, name, name.value(), null, detail);
    }

    // ---- listeners

    static Transition putListener(ClusterState state, long index, Limits limits, Command.PutListener command) {
        Listener wish = command.listener();
        Listener before = state.listener(wish.name());
        Write write = new Write(
                "listener",
                wish.name().value(),
                before == null ? null : before.stamp(),
                before != null && before.sameAs(wish),
                state.listeners().size(),
                limits.listenersMax());
        Transition settled = write.settled(state, command.condition());
        if (settled != null) {
            return settled;
        }
        PoolName pool = wish.pool();
        if (pool != null && state.pool(pool) == null) {
            return noSuchPool(state, "pool", pool);
        }
        Transition missing = CertificateCommands.missing(state, wish.tls());
        if (missing != null) {
            return missing;
        }
        for (Listener other : state.listeners().values()) {
            if (!other.name().equals(wish.name())
                    && wish.address() != null
                    && wish.address().equals(other.address())) {
                return refused(
                        state,
                        Refusal.ALREADY_EXISTS,
                        "listener " + other.name() + " has the address " + wish.address()
                                + " (expected: an address that no other listener has)");
            }
        }
        String route = before == null || sameRoutes(before.protocol(), wish.protocol())
                ? null
                : routeNaming(state, wish.name());
        if (before != null && route != null) {
            return refused(
                    state,
                    Refusal.IN_USE,
                    "route " + route + " names listener " + wish.name() + " (expected: the protocol "
                            + (before.protocol().carriesHttp() ? "http or https" : Words.of(before.protocol()))
                            + " as long as a route names it)");
        }
        Transition tooMany = tooManyEntries(state, limits, wish);
        if (tooMany != null) {
            return tooMany;
        }
        Stamp stamp = before == null ? new Stamp(index, index) : before.stamp().modifiedAt(index);
        Listener after = wish.with(stamp);
        Change change = change(
                index,
                command.at(),
                before == null ? Kind.LISTENER_CREATED : Kind.LISTENER_UPDATED,
                after.name().value(),
                before == null
                        ? "created at " + after.address()
                        : Differences.between(before.with(Stamp.INITIAL), after.with(Stamp.INITIAL)));
        return new Transition(
                state.edit().listener(after).commitRouting(change),
                Accepted.of(before == null ? Effect.CREATED : Effect.UPDATED, index, stamp));
    }

    /** Whether routes that may name a listener of the one protocol may name one of the other, too. */
    private static boolean sameRoutes(Listener.Protocol one, Listener.Protocol other) {
        return one == other || (one.carriesHttp() && other.carriesHttp());
    }

    /** Each listener has a table of its own: one more can multiply what the routes take. */
    private static @Nullable Transition tooManyEntries(ClusterState state, Limits limits, Listener wish) {
        Listener before = state.listener(wish.name());
        if (!wish.protocol().carriesHttp()
                || (before != null && before.protocol().carriesHttp())) {
            return null; // no route is for it yet, or it has its table already
        }
        RoutedListeners routed = RoutedListeners.of(state.listeners().values()).with(wish);
        long entries = RouteTable.entries(state.routes().values(), routed);
        return entries <= limits.routeEntriesMax()
                ? null
                : refused(
                        state,
                        Refusal.LIMIT_EXCEEDED,
                        "with listener " + wish.name() + ", the routes of all listeners have " + entries
                                + " pairs of host and match (expected: at most " + limits.routeEntriesMax()
                                + ", by routes that name their listeners, or by fewer hosts)");
    }

    static Transition removeListener(ClusterState state, long index, Command.RemoveListener command) {
        ListenerName name = command.name();
        Listener listener = state.listener(name);
        if (listener == null) {
            return noSuchListener(state, "", name);
        }
        if (name.equals(ListenerName.DEFAULT)) {
            return refused(
                    state, Refusal.IN_USE, "the listener " + name + " always exists (expected: another listener)");
        }
        Transition stale = moved(state, "listener", name.value(), listener.stamp(), command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        String route = routeNaming(state, name);
        if (route != null) {
            return refused(
                    state,
                    Refusal.IN_USE,
                    "route " + route + " names listener " + name
                            + " (expected: no route names it; change or remove the route first)");
        }
        Change change =
                change(index, command.at(), Kind.LISTENER_REMOVED, name.value(), "removed from " + listener.address());
        return new Transition(
                state.edit().without(name).commitRouting(change), Accepted.of(Effect.REMOVED, index, listener.stamp()));
    }

    private static @Nullable String routeNaming(ClusterState state, ListenerName listener) {
        for (Route route : state.routes().values()) {
            if (route.listeners().contains(listener)) {
                return route.name().value();
            }
        }
        return null;
    }

    // ---- routes

    static Transition putRoute(ClusterState state, long index, Limits limits, Command.PutRoute command) {
        Route wish = command.route();
        Route before = state.route(wish.name());
        Write write = new Write(
                "route",
                wish.name().value(),
                before == null ? null : before.stamp(),
                before != null && before.sameAs(wish),
                state.routes().size(),
                limits.routesMax());
        Transition settled = write.settled(state, command.condition());
        if (settled != null) {
            return settled;
        }
        Transition dangling = dangling(state, wish);
        if (dangling != null) {
            return dangling;
        }
        Transition late = checkedTooEarly(state, command);
        if (late != null) {
            return late;
        }
        Stamp stamp = before == null ? new Stamp(index, index) : before.stamp().modifiedAt(index);
        Route after = wish.with(stamp);
        Change change = change(
                index,
                command.at(),
                before == null ? Kind.ROUTE_CREATED : Kind.ROUTE_UPDATED,
                after.name().value(),
                before == null
                        ? "created"
                        : Differences.between(before.with(Stamp.INITIAL), after.with(Stamp.INITIAL)));
        return new Transition(
                state.edit().route(after).commitRouting(change),
                Accepted.of(before == null ? Effect.CREATED : Effect.UPDATED, index, stamp));
    }

    /** Refuses a route that names what is not there. */
    private static @Nullable Transition dangling(ClusterState state, Route route) {
        ListenerName opaque = null;
        ListenerName open = null;
        for (ListenerName name : route.listeners()) {
            Listener listener = state.listener(name);
            if (listener == null) {
                return noSuchListener(state, "listeners: ", name);
            }
            if (listener.protocol() == Listener.Protocol.TCP) {
                return refused(
                        state,
                        Refusal.INVALID,
                        "listeners: listener " + name + " has the protocol tcp (expected: listeners of protocol http,"
                                + " https or tls-passthrough)");
            }
            opaque = listener.protocol() == Listener.Protocol.TLS_PASSTHROUGH ? name : opaque;
            open = listener.protocol().carriesHttp() ? name : open;
        }
        if (opaque != null && open != null) {
            return refused(
                    state,
                    Refusal.INVALID,
                    "listeners: listener " + opaque + " has the protocol tls-passthrough, and listener " + open
                            + " has not (expected: all or none of that protocol)");
        }
        String unseen = opaque == null ? null : route.refusedOfPassthrough();
        if (unseen != null) {
            return refused(state, Refusal.INVALID, unseen);
        }
        if (route.action() instanceof RouteAction.Forward forward) {
            for (RouteAction.WeightedPool each : forward.pools()) {
                if (state.pool(each.pool()) == null) {
                    return noSuchPool(state, "pools", each.pool());
                }
            }
        }
        return null;
    }

    static Transition removeRoute(ClusterState state, long index, Command.RemoveRoute command) {
        Route route = state.route(command.name());
        if (route == null) {
            return refused(state, Refusal.NO_SUCH_ROUTE, "there is no route " + command.name());
        }
        Transition stale = moved(state, "route", command.name().value(), route.stamp(), command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        Transition late = checkedTooEarly(state, command);
        if (late != null) {
            return late;
        }
        Change change =
                change(index, command.at(), Kind.ROUTE_REMOVED, command.name().value(), "removed");
        return new Transition(
                state.edit().without(command.name()).commitRouting(change),
                Accepted.of(Effect.REMOVED, index, route.stamp()));
    }

    private static @Nullable Transition checkedTooEarly(ClusterState state, Command.CheckedByLeader command) {
        return command.checked() == state.routing()
                ? null
                : refused(
                        state,
                        Refusal.CHECKED_TOO_EARLY,
                        "routes, listeners or pools changed at revision " + state.routing()
                                + " while the command was checked against revision " + command.checked()
                                + " (expected: no other change of these meanwhile; try again)");
    }

    // ---- what they have in common

    private static @Nullable Stamp stamp(@Nullable Pool pool) {
        return pool == null ? null : pool.stamp();
    }

    private static Transition noSuchPool(ClusterState state, String field, PoolName name) {
        return refused(
                state,
                Refusal.INVALID,
                field + ": there is no pool " + name + " (expected: one of " + some(state.pools()) + ")");
    }

    private static Transition noSuchListener(ClusterState state, String field, ListenerName name) {
        return refused(
                state,
                field.isEmpty() ? Refusal.NO_SUCH_LISTENER : Refusal.INVALID,
                field + "there is no listener " + name + " (expected: one of " + some(state.listeners()) + ")");
    }
}
