package io.weldr.core.pool;

import io.weldr.core.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A named set of origins, in the order in which they were added, with the policy that they are probed by.
 *
 * @param origins each id and each address once. How many there may be is checked before an origin is added, see {@code core.state.Limits}
 */
public record Pool(PoolName name, HealthPolicy health, List<Origin> origins) {
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
        return new Pool(name, health, next);
    }

    /** This pool without that origin. */
    public Pool minus(OriginId id) {
        return new Pool(
                name,
                health,
                origins.stream().filter(origin -> !origin.id().equals(id)).toList());
    }

    /** This pool with that origin changed in its place. */
    public Pool replace(OriginId id, UnaryOperator<Origin> change) {
        return new Pool(
                name,
                health,
                origins.stream()
                        .map(origin -> origin.id().equals(id) ? change.apply(origin) : origin)
                        .toList());
    }

    /** This pool with another policy. */
    public Pool with(HealthPolicy policy) {
        return new Pool(name, policy, origins);
    }
}
