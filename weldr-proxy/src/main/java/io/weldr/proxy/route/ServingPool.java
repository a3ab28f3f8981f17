package io.weldr.proxy.route;

import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.Balancers;
import io.weldr.core.balance.SlowStart;
import io.weldr.core.balance.Target;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.pool.Verdict;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.CookieTokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One pool, as the workers see it. Immutable; all workers share it.
 *
 * @param access how its origins are spoken to
 * @param origins all of the pool, whether they serve or not
 * @param serving those that new requests may go to
 * @param bound those that only requests of clients that are bound to them may go to: they drain
 * @param balancer picks one of {@code serving}, by its place in that list
 * @param key what requests are balanced by; null: nothing
 * @param sticky null: clients are not bound to origins
 */
public record ServingPool(
        PoolName name,
        PoolSettings settings,
        PoolTerms terms,
        OriginAccess access,
        List<Origin> origins,
        List<Origin> serving,
        List<Origin> bound,
        Balancer balancer,
        @Nullable KeySource key,
        @Nullable StickyTable sticky) {

    /**
     * Makes the balancer of a pool. May take milliseconds when the pool is large.
     *
     * @param ejected origins that this node does not use for now, whatever their verdict
     * @param tokens what binds clients to origins; asked only for a pool with a sticky cookie
     */
    public static ServingPool of(
            Pool pool, PoolTerms terms, OriginAccess access, Set<OriginId> ejected, Instant now, CookieTokens tokens) {
        List<Origin> serving = serving(pool, terms, ejected);
        PoolSettings settings = pool.settings();
        Balancing balancing = settings.balancing();
        Balancer balancer =
                Balancers.of(balancing.algorithm(), targets(serving, settings, now), balancing.loadPercentMax());
        StickyCookie cookie = tokens.available() ? settings.sticky() : null;
        List<Origin> bound = cookie == null ? List.of() : draining(pool, now);
        return new ServingPool(
                pool.name(),
                settings,
                terms,
                access,
                pool.origins(),
                serving,
                bound,
                balancer,
                balancing.key() == null ? null : new KeySource(balancing.key()),
                cookie == null ? null : StickyTable.of(pool.name(), cookie, serving, bound, tokens));
    }

    /** The place of an origin in {@link #serving}; -1: it has none. Looks at all of them. */
    public int place(OriginId id) {
        for (int i = 0; i < serving.size(); i++) {
            if (serving.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * When the weights change by themselves, in milliseconds since 1970.
     *
     * @return {@link SlowStart#NEVER} if they do not
     */
    public long nextChangeMillis(Instant now) {
        long next = SlowStart.NEVER;
        long durationMillis = settings.slowStart().toMillis();
        for (Origin origin : durationMillis == 0 ? List.<Origin>of() : serving) {
            next = Math.min(next, SlowStart.nextChangeMillis(since(origin), now.toEpochMilli(), durationMillis));
        }
        for (Origin origin : bound) {
            Instant deadline = origin.drainDeadline();
            next = deadline == null ? next : Math.min(next, deadline.toEpochMilli());
        }
        return next;
    }

    private static long since(Origin origin) {
        return origin.verdict().since().toEpochMilli();
    }

    private static List<Target> targets(List<Origin> serving, PoolSettings settings, Instant now) {
        long durationMillis = settings.slowStart().toMillis();
        return serving.stream()
                .map(origin -> new Target(
                        origin.id().value(),
                        SlowStart.weight(origin.weight(), since(origin), now.toEpochMilli(), durationMillis)))
                .toList();
    }

    private static List<Origin> serving(Pool pool, PoolTerms terms, Set<OriginId> ejected) {
        List<Origin> up = pool.origins().stream().filter(Origin::serving).toList();
        Predicate<Origin> kept = origin -> !ejected.contains(origin.id());
        List<Origin> best = best(up, kept, pool.settings().minimumUp());
        if (!best.isEmpty()) {
            return best;
        }
        if (!up.isEmpty() || terms.whenAllDown() == WhenAllDown.ANSWER_503) {
            // An ejection is this node's opinion: it never stops all traffic.
            return best(up, origin -> true, pool.settings().minimumUp());
        }
        List<Origin> enabled = pool.origins().stream()
                .map(ServingPool::asIfUp)
                .filter(Origin::serving)
                .toList();
        return best(enabled, origin -> true, pool.settings().minimumUp());
    }

    /** Origins of the lowest priorities, as many priorities as it takes for {@code minimumUp} of them. */
    private static List<Origin> best(List<Origin> up, Predicate<Origin> usable, int minimumUp) {
        List<Origin> candidates = up.stream().filter(usable).toList();
        TreeSet<Integer> priorities = new TreeSet<>();
        candidates.forEach(origin -> priorities.add(origin.priority()));
        int last = Origin.PRIORITY_MAX;
        int count = 0;
        for (int priority : priorities) {
            count += (int) candidates.stream()
                    .filter(origin -> origin.priority() == priority)
                    .count();
            if (count >= minimumUp) {
                last = priority;
                break;
            }
        }
        int most = last;
        return candidates.stream().filter(origin -> origin.priority() <= most).toList();
    }

    /** Up, and with time left. */
    private static List<Origin> draining(Pool pool, Instant now) {
        List<Origin> draining = new ArrayList<>();
        for (Origin origin : pool.origins()) {
            Instant deadline = origin.drainDeadline();
            if (deadline != null && origin.verdict().up() && deadline.isAfter(now)) {
                draining.add(origin);
            }
        }
        return List.copyOf(draining);
    }

    private static Origin asIfUp(Origin origin) {
        return origin.admin() == AdminState.ENABLED
                ? origin.with(new Verdict(true, Instant.EPOCH, "fail-open"), origin.modified())
                : origin;
    }
}
