package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteName;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that the cluster agrees on, as one immutable value.
 *
 * @param version which commands may change it, and how
 * @param revision the log index of the last command that changed it; 0 before the first
 * @param pools by name; {@code default} is always there
 * @param listeners by name; {@code default} is always there
 * @param routes by name
 * @param routing the revision of the last change of routes, listeners or settings of pools: what the leader checks a
 *     change of these against. No route depends on a certificate, so that a step of ACME never gets in the way of a
 *     change of routes
 * @param certificates by name
 * @param accounts at certificate authorities, by the URL of their directory
 * @param tokens by name
 * @param members those that announced themselves, by id
 * @param operatorChanges the latest changes that operators asked for, oldest first; from before {@link
 *     ClusterVersion#HEALTH_APART} all changes
 * @param clusterChanges the latest changes that the cluster decided by itself, oldest first
 */
public record ClusterState(
        ClusterVersion version,
        long revision,
        SortedMap<PoolName, Pool> pools,
        SortedMap<ListenerName, Listener> listeners,
        SortedMap<RouteName, Route> routes,
        long routing,
        SortedMap<CertificateName, Certificate> certificates,
        SortedMap<String, AcmeAccount> accounts,
        SortedMap<TokenName, Token> tokens,
        SortedMap<MemberId, Member> members,
        List<Change> operatorChanges,
        List<Change> clusterChanges) {

    /**
     * How many changes of each sort are kept. Long enough for a watcher that reconnects and for a look at what happened
     * last night; about 200 KB each. Another number needs a new cluster version: what is kept is part of the state.
     */
    public static final int CHANGES_MAX = 512;

    /** Nobody but this class wraps the maps of a state. */
    private static final Class<?> FROZEN =
            Collections.unmodifiableSortedMap(new TreeMap<String, String>()).getClass();

    private static final Pool INITIAL_POOL = Pool.initial(PoolName.DEFAULT, HealthPolicy.DEFAULT, List.of());

    /** What a new cluster starts from. It is the same for ever, because every log begins from it. */
    public static final ClusterState INITIAL = new ClusterState(
            ClusterVersion.INITIAL,
            0,
            new TreeMap<>(Map.of(PoolName.DEFAULT, INITIAL_POOL)),
            new TreeMap<>(Map.of(ListenerName.DEFAULT, Listener.DEFAULT)),
            new TreeMap<>(Map.of(RouteName.DEFAULT, Route.DEFAULT)),
            0,
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            List.of(),
            List.of());

    public ClusterState {
        pools = frozen(pools);
        listeners = frozen(listeners);
        routes = frozen(routes);
        certificates = frozen(certificates);
        accounts = frozen(accounts);
        tokens = frozen(tokens);
        members = frozen(members);
        operatorChanges = List.copyOf(operatorChanges);
        clusterChanges = List.copyOf(clusterChanges);
        Check.that(pools.containsKey(PoolName.DEFAULT), "pools", pools.keySet(), "the pool " + PoolName.DEFAULT);
        Check.that(
                listeners.containsKey(ListenerName.DEFAULT),
                "listeners",
                listeners.keySet(),
                "the listener " + ListenerName.DEFAULT);
    }

    /** A map that nobody changes. One that another state holds already is shared; every other one is copied. */
    private static <K, V> SortedMap<K, V> frozen(SortedMap<K, V> map) {
        return FROZEN.isInstance(map) ? map : Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /**
     * Applies a command. Pure and total: the same state, command, index and limits give the same transition on every
     * node, and no command throws.
     *
     * @param index the log index of the command; becomes the revision if the state changes
     * @param limits those of the leader that took the command into the log
     * @param by who asked for it; null: the entry does not say
     */
    public Transition apply(Command command, long index, Limits limits, @Nullable Attribution by) {
        assert index > revision : "index " + index + " after revision " + revision;
        if (!version.atLeast(command.since())) { // the leader has let none of them in
            return new Transition(
                    this,
                    new Outcome.Refused(
                            Outcome.Refusal.INVALID,
                            "the command needs cluster version " + command.since() + " (the cluster has " + version
                                    + ")"));
        }
        if (by != null && TokenCommands.revoked(this, by)) {
            return ResourceWrites.refused(
                    this, Outcome.Refusal.REVOKED, by.actor() + " was removed before the change was made");
        }
        Transition transition = command.applyTo(this, index, limits);
        long after = transition.next().revision;
        assert after == revision || after == index : command;
        return by == null || after == revision
                ? transition
                : new Transition(transition.next().attributed(by), transition.outcome());
    }

    /** Whether that actor may not change anything any more: its token was removed. */
    public boolean revoked(Attribution by) {
        return TokenCommands.revoked(this, by);
    }

    /** This state, of which the last change says who asked for it. */
    private ClusterState attributed(Attribution by) {
        List<Change> operators = attributed(operatorChanges, by);
        List<Change> clusters = attributed(clusterChanges, by);
        return operators == operatorChanges && clusters == clusterChanges
                ? this
                : new ClusterState(
                        version,
                        revision,
                        pools,
                        listeners,
                        routes,
                        routing,
                        certificates,
                        accounts,
                        tokens,
                        members,
                        operators,
                        clusters);
    }

    private List<Change> attributed(List<Change> kept, Attribution by) {
        int last = kept.size() - 1;
        if (last < 0 || kept.get(last).revision() != revision) {
            return kept;
        }
        List<Change> next = new ArrayList<>(kept);
        next.set(last, kept.get(last).by(by));
        return next;
    }

    /** Applies a command of which nobody says who asked for it. */
    public Transition apply(Command command, long index, Limits limits) {
        return apply(command, index, limits, null);
    }

    /** Applies a command as a leader of this program would have admitted it. */
    public Transition apply(Command command, long index) {
        return apply(command, index, Limits.CURRENT);
    }

    /**
     * This state as another cluster begins with it: no member has announced itself. The revision stays, and with it the
     * revisions of resources.
     */
    public ClusterState withoutMembers() {
        return edit().members(new TreeMap<>()).commitSilently(revision);
    }

    /** The pool of that name, or null. */
    public @Nullable Pool pool(PoolName name) {
        return pools.get(name);
    }

    /** The pool that {@code /servers} speaks of. */
    public Pool defaultPool() {
        return pools.getOrDefault(PoolName.DEFAULT, INITIAL_POOL);
    }

    /** The listener of that name, or null. */
    public @Nullable Listener listener(ListenerName name) {
        return listeners.get(name);
    }

    /** The route of that name, or null. */
    public @Nullable Route route(RouteName name) {
        return routes.get(name);
    }

    /** The certificate of that name, or null. */
    public @Nullable Certificate certificate(CertificateName name) {
        return certificates.get(name);
    }

    /** The token of that name, or null. */
    public @Nullable Token token(TokenName name) {
        return tokens.get(name);
    }

    /** Origins in all pools. */
    public int origins() {
        int all = 0;
        for (Pool pool : pools.values()) {
            all += pool.origins().size();
        }
        return all;
    }

    /** All changes that are kept, of both sorts, oldest first. */
    public List<Change> history() {
        List<Change> all = new ArrayList<>(operatorChanges);
        all.addAll(clusterChanges);
        all.sort(Comparator.comparingLong(Change::revision));
        return all;
    }

    /**
     * Since when the admin state of an origin is what it is, as far as the history tells: for one that drains, when
     * that began, whatever deadlines it was given since. Null if nothing of it is kept.
     */
    public @Nullable Instant adminSince(PoolName pool, Origin origin) {
        Instant since = null;
        for (int i = operatorChanges.size() - 1; i >= 0; i--) {
            Change change = operatorChanges.get(i);
            Origin then = change.origin();
            if (then == null || !pool.equals(change.pool()) || !then.id().equals(origin.id())) {
                continue;
            }
            if (then.admin() != origin.admin() || change.kind() == Change.Kind.ORIGIN_REMOVED) {
                break;
            }
            if (change.kind().byOperator()) {
                since = change.at();
            }
        }
        return since;
    }

    /** Whether every change after {@code revision} is still kept. */
    public boolean keepsChangesAfter(long revision) {
        return keepsChangesAfter(operatorChanges, revision) && keepsChangesAfter(clusterChanges, revision);
    }

    private static boolean keepsChangesAfter(List<Change> kept, long revision) {
        return kept.size() < CHANGES_MAX || kept.get(0).revision() <= revision;
    }

    /** The first change after {@code revision} among those that are kept, or null if there is none. */
    public @Nullable Change firstChangeAfter(long revision) {
        Change operators = firstAfter(operatorChanges, revision);
        Change clusters = firstAfter(clusterChanges, revision);
        if (operators == null || clusters == null) {
            return operators == null ? clusters : operators;
        }
        return operators.revision() < clusters.revision() ? operators : clusters;
    }

    private static @Nullable Change firstAfter(List<Change> kept, long revision) {
        int low = 0;
        int high = kept.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (kept.get(middle).revision() > revision) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low < kept.size() ? kept.get(low) : null;
    }

    /** This state with that pool in place of the one of its name. */
    ClusterState with(Pool pool, Change change) {
        return edit().pool(pool).commit(change);
    }

    /** This state with those members. */
    ClusterState with(SortedMap<MemberId, Member> next, Change change) {
        return edit().members(next).commit(change);
    }

    /** This state under that version, with those members. */
    ClusterState with(ClusterVersion next, SortedMap<MemberId, Member> nextMembers, Change change) {
        Edit edit = edit().members(nextMembers);
        edit.version = next;
        return edit.commit(change);
    }

    /** The next state, to be made by one change. */
    Edit edit() {
        return new Edit();
    }

    /** Collects what differs in the next state. Maps that are not touched are shared. */
    final class Edit {
        private ClusterVersion version = ClusterState.this.version;
        private SortedMap<PoolName, Pool> pools = ClusterState.this.pools;
        private SortedMap<ListenerName, Listener> listeners = ClusterState.this.listeners;
        private SortedMap<RouteName, Route> routes = ClusterState.this.routes;
        private SortedMap<CertificateName, Certificate> certificates = ClusterState.this.certificates;
        private SortedMap<String, AcmeAccount> accounts = ClusterState.this.accounts;
        private SortedMap<TokenName, Token> tokens = ClusterState.this.tokens;
        private SortedMap<MemberId, Member> members = ClusterState.this.members;
        private long routing = ClusterState.this.routing;

        Edit pool(Pool pool) {
            pools = put(pools, pool.name(), pool);
            return this;
        }

        Edit listener(Listener listener) {
            listeners = put(listeners, listener.name(), listener);
            return this;
        }

        Edit route(Route route) {
            routes = put(routes, route.name(), route);
            return this;
        }

        Edit certificate(Certificate certificate) {
            certificates = put(certificates, certificate.name(), certificate);
            return this;
        }

        Edit accounts(SortedMap<String, AcmeAccount> next) {
            accounts = next;
            return this;
        }

        Edit token(Token token) {
            tokens = put(tokens, token.name(), token);
            return this;
        }

        Edit without(TokenName name) {
            tokens = remove(tokens, name);
            return this;
        }

        Edit without(PoolName name) {
            pools = remove(pools, name);
            return this;
        }

        Edit without(ListenerName name) {
            listeners = remove(listeners, name);
            return this;
        }

        Edit without(RouteName name) {
            routes = remove(routes, name);
            return this;
        }

        Edit without(CertificateName name) {
            certificates = remove(certificates, name);
            return this;
        }

        Edit members(SortedMap<MemberId, Member> next) {
            members = next;
            return this;
        }

        /** The next state, in which where requests go may differ. */
        ClusterState commitRouting(Change change) {
            routing = change.revision();
            return commit(change);
        }

        ClusterState commit(Change change) {
            boolean clusters = version.atLeast(ClusterVersion.HEALTH_APART)
                    && !change.kind().byOperator();
            return next(
                    change.revision(),
                    clusters ? operatorChanges : with(operatorChanges, change),
                    clusters ? with(clusterChanges, change) : clusterChanges);
        }

        /** The next state, of which the history says nothing: steps that only the leader itself needs. */
        ClusterState commitSilently(long revision) {
            return next(revision, operatorChanges, clusterChanges);
        }

        private ClusterState next(long revision, List<Change> operators, List<Change> clusters) {
            return new ClusterState(
                    version,
                    revision,
                    pools,
                    listeners,
                    routes,
                    routing,
                    certificates,
                    accounts,
                    tokens,
                    members,
                    operators,
                    clusters);
        }

        private static <K, V> SortedMap<K, V> put(SortedMap<K, V> map, K key, V value) {
            SortedMap<K, V> next = new TreeMap<>(map);
            next.put(key, value);
            return next;
        }

        private static <K, V> SortedMap<K, V> remove(SortedMap<K, V> map, K key) {
            SortedMap<K, V> next = new TreeMap<>(map);
            next.remove(key);
            return next;
        }
    }

    private static List<Change> with(List<Change> kept, Change change) {
        List<Change> next = new ArrayList<>(kept.subList(Math.max(0, kept.size() - (CHANGES_MAX - 1)), kept.size()));
        next.add(change);
        return next;
    }
}
