package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that the cluster agrees on, as one immutable value.
 *
 * @param revision the log index of the last command that changed it; 0 before the first
 * @param pools by name; {@code default} is always there
 * @param members those that announced themselves, by id; at most {@value #MEMBERS_MAX}
 * @param changes the latest changes, oldest first, at most {@value #CHANGES_MAX}
 */
public record ClusterState(
        long revision, SortedMap<PoolName, Pool> pools, SortedMap<MemberId, Member> members, List<Change> changes) {

    /** Raft with more voters than this is slower and not safer. Leaves room for replacements. */
    public static final int MEMBERS_MAX = 16;

    /** Long enough for a watcher that reconnects and for a look at what happened last night; about 200 KB. */
    public static final int CHANGES_MAX = 512;

    /** What a new cluster starts from. */
    public static final ClusterState INITIAL = new ClusterState(
            0,
            new TreeMap<>(Map.of(PoolName.DEFAULT, new Pool(PoolName.DEFAULT, HealthPolicy.DEFAULT, List.of()))),
            new TreeMap<>(),
            List.of());

    public ClusterState {
        pools = Collections.unmodifiableSortedMap(new TreeMap<>(pools));
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
        changes = List.copyOf(changes);
        Check.that(pools.containsKey(PoolName.DEFAULT), "pools", pools.keySet(), "the pool " + PoolName.DEFAULT);
        Check.atMost("members", members.size(), MEMBERS_MAX);
        Check.atMost("changes", changes.size(), CHANGES_MAX);
    }

    /**
     * Applies a command. Pure and total: the same state, command and index give the same transition on every node, and no
     * command throws.
     *
     * @param index the log index of the command; becomes the revision if the state changes
     */
    public Transition apply(Command command, long index) {
        assert index > revision : "index " + index + " after revision " + revision;
        Transition transition = command.applyTo(this, index);
        long after = transition.next().revision;
        assert after == revision || after == index : command;
        return transition;
    }

    /** The pool of that name, or null. */
    public @Nullable Pool pool(PoolName name) {
        return pools.get(name);
    }

    /** The pool that {@code /servers} speaks of. */
    public Pool defaultPool() {
        return pools.getOrDefault(PoolName.DEFAULT, INITIAL_DEFAULT);
    }

    private static final Pool INITIAL_DEFAULT = new Pool(PoolName.DEFAULT, HealthPolicy.DEFAULT, List.of());

    /** This state with that pool in place of the one of its name. */
    ClusterState with(Pool pool, Change change) {
        SortedMap<PoolName, Pool> next = new TreeMap<>(pools);
        next.put(pool.name(), pool);
        return new ClusterState(change.revision(), next, members, withChange(change));
    }

    /** This state with those members. */
    ClusterState with(SortedMap<MemberId, Member> next, Change change) {
        return new ClusterState(change.revision(), pools, next, withChange(change));
    }

    private List<Change> withChange(Change change) {
        List<Change> next =
                new ArrayList<>(changes.subList(Math.max(0, changes.size() - (CHANGES_MAX - 1)), changes.size()));
        next.add(change);
        return next;
    }
}
