package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.OriginRef;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A state to answer a read from.
 *
 * @param stale whether later changes may have been acknowledged already
 * @param age if stale, how long ago this node heard from a leader; null if it never did
 */
public record View(
        ClusterState state, boolean stale, @Nullable Duration age) {
    /** The pool of that name, or a problem that says which there are. */
    public Pool pool(PoolName name) {
        Pool pool = state.pool(name);
        if (pool == null) {
            throw Problem.of(
                            ProblemType.NO_SUCH_POOL,
                            "there is no pool " + name,
                            "one of " + state.pools().keySet())
                    .exception();
        }
        return pool;
    }

    /** The origin that is meant, or a problem. */
    public Origin origin(PoolName name, OriginRef ref) {
        Pool pool = pool(name);
        Origin origin = ref.in(pool);
        if (origin == null) {
            throw Problem.of(
                            ProblemType.NO_SUCH_ORIGIN,
                            "there is no origin " + ref + " in pool " + name,
                            "one of the " + pool.origins().size() + " origins of the pool")
                    .exception();
        }
        return origin;
    }
}
