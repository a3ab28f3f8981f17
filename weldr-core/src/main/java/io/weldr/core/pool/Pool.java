package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A named set of origins, in the order in which they were added, with the policy that they are probed by and all else
 * that is said of them together.
 *
 * @param origins each id and each address once. How many there may be is checked before an origin is added, see {@code
 *     core.state.Limits}
 * @param stamp moves with the pool's settings and policy, not with its origins
 */
public record Pool(PoolName name, HealthPolicy health, PoolSettings settings, List<Origin> origins, Stamp stamp) {
    /** A pool with default settings, as every cluster has one from its beginning. */
    public static Pool initial(PoolName name, HealthPolicy health, List<Origin> origins) {
        return new Pool(name, health, PoolSettings.DEFAULT, origins, Stamp.INITIAL);
    }

    public Pool {
        origins = List.copyOf(origins);
        Set<Object> seen = new HashSet<>();
        for (Origin origin : origins) {
            Check.that(seen.add(origin.id()), "origins", origin.id(), "each id once");
            Check.that(seen.add(origin.url().address()), "origins", origin.url(), "each address once");
        }
    }

    /** The origin of that id, or null. */
    public @Nullable Origin find(OriginId id) {
        for (Origin origin : origins) {
            if (origin.id().equals(id)) {
                return origin;
            }
        }
        return null;
    }

    /** The origin at that address, or null. */
    public @Nullable Origin find(HostPort address) {
        for (Origin origin : origins) {
            if (origin.url().address().equals(address)) {
                return origin;
            }
        }
        return null;
    }

    /** This pool with one more origin, at the end. */
    public Pool plus(Origin origin) {
        List<Origin> next = new ArrayList<>(origins);
        next.add(origin);
        return with(next);
    }

    /** This pool without that origin. */
    public Pool minus(OriginId id) {
        return with(origins.stream().filter(origin -> !origin.id().equals(id)).toList());
    }

    /** This pool with that origin changed in its place. */
    public Pool replace(OriginId id, UnaryOperator<Origin> change) {
        return with(origins.stream()
                .map(origin -> origin.id().equals(id) ? change.apply(origin) : origin)
                .toList());
    }

    private Pool with(List<Origin> others) {
        return new Pool(name, health, settings, others, stamp);
    }

    /** This pool as an operator writes it anew at that revision, with the same origins. */
    public Pool rewritten(HealthPolicy policy, PoolSettings others, long revision) {
        return new Pool(name, policy, others, origins, stamp.modifiedAt(revision));
    }
}
