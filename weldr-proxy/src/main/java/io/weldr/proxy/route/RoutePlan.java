package io.weldr.proxy.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.core.balance.Hashing;
import io.weldr.core.balance.WeightedSplit;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.net.DeadlineWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as workers follow it: all that can be known before a request comes is compiled. Immutable, and shared by all
 * workers.
 */
public final class RoutePlan {
    private static final KeySource BY_CLIENT = new KeySource(RequestKey.CLIENT_ADDRESS);

    private final Route route;
    private final RouteAction action;
    private final int firstCell;
    private final PoolName[] pools;
    private final @Nullable WeightedSplit split; // null: there is one pool only
    private final KeySource splitBy;
    private final HeadPlan request;
    private final HeadPlan response;
    private final byte[] body; // of a fixed response
    private final int requestTicks;
    private final int responseHeadTicks;
    private final RateLimits.@Nullable Limit limit;

    /**
     * Compiles a route.
     *
     * @param proxies nodes that proxy, which share limits of the cluster; at least 1
     * @param firstCell see {@link #cell}
     */
    RoutePlan(Route route, int proxies, int firstCell) {
        this.route = route;
        this.firstCell = firstCell;
        action = route.action();
        if (action instanceof RouteAction.Forward forward) {
            pools = forward.pools().stream().map(RouteAction.WeightedPool::pool).toArray(PoolName[]::new);
            split = pools.length == 1 ? null : split(forward);
            splitBy = new KeySource(forward.splitBy());
        } else {
            pools = new PoolName[0];
            split = null;
            splitBy = BY_CLIENT;
        }
        request = requestPlan(route);
        response = plan(route.filters().response(), null);
        body = action instanceof RouteAction.FixedResponse fixed ? fixed.body().getBytes(UTF_8) : new byte[0];
        requestTicks = ticks(route.timeouts().request());
        responseHeadTicks = ticks(route.timeouts().responseHead());
        limit = route.rateLimit() == null ? null : limit(route, route.rateLimit(), proxies);
    }

    private static WeightedSplit split(RouteAction.Forward forward) {
        return WeightedSplit.of(forward.pools().stream()
                .map(each -> new WeightedSplit.Alternative(each.pool().value(), each.weight()))
                .toList());
    }

    /** What a route changes of the heads of requests. */
    public static HeadPlan requestPlan(Route route) {
        RouteFilters filters = route.filters();
        return plan(filters.request(), filters.rewriteHost());
    }

    private static HeadPlan plan(HeaderEdits edits, @Nullable String host) {
        if (edits.isEmpty() && host == null) {
            return HeadPlan.NONE;
        }
        List<String> drop = new ArrayList<>(edits.remove());
        List<HeadPlan.Line> lines = new ArrayList<>();
        edits.set().forEach(field -> {
            drop.add(field.name());
            lines.add(new HeadPlan.Line(field.name(), field.value()));
        });
        edits.add().forEach(field -> lines.add(new HeadPlan.Line(field.name(), field.value())));
        return new HeadPlan(drop, lines, host);
    }

    private static int ticks(@Nullable Duration time) {
        return time == null ? 0 : DeadlineWheel.ticks(time);
    }

    private static RateLimits.Limit limit(Route route, RateLimit limit, int proxies) {
        int sharers = limit.scope() == RateLimit.Scope.CLUSTER ? proxies : 1;
        long interval = Math.max(1, limit.period().toNanos() * sharers / limit.requests());
        int burst = Math.max(1, limit.burst() / sharers);
        boolean byHeader = limit.key().source() == RequestKey.Source.HEADER;
        long salt = Hashing.of(route.name().value()) ^ Hashing.mix(interval) ^ (byHeader ? 1 : 0);
        return new RateLimits.Limit(salt, KeySource.ofSites(limit.key()), interval, burst);
    }

    /** What the operator wrote. */
    public Route route() {
        return route;
    }

    public RouteAction action() {
        return action;
    }

    /**
     * The number of the pool that a request goes to. Only if the action is to forward. A request without the header or
     * the cookie that decides goes by its client's address: else all of them would go to one pool, whatever the
     * weights.
     */
    public int choose(RequestHead head, HeadView view) {
        if (split == null) {
            return 0;
        }
        long key = splitBy.hash(head, view);
        return split.pick(key != 0 ? key : BY_CLIENT.hash(head, view));
    }

    /** One of its pools. */
    public PoolName pool(int number) {
        return pools[number];
    }

    /** The route without a pool. */
    public static final int NO_POOL = -1;

    /**
     * The place of the route and one of its pools among all routes and their pools of a state, by which workers find
     * where they count. 0 is nobody's.
     *
     * @param pool its number, or {@link #NO_POOL}
     */
    public int cell(int pool) {
        return firstCell + 1 + pool;
    }

    /** How many places it takes. */
    int cells() {
        return pools.length + 1;
    }

    /** The names of its pools, and the empty one. */
    List<String> poolsAndNone() {
        List<String> names = new ArrayList<>(List.of(""));
        for (PoolName pool : pools) {
            names.add(pool.value());
        }
        return names;
    }

    /** The pool of a connection that is not understood: only its client is known. Only if the action is to forward. */
    public PoolName pool(byte[] clientAddress) {
        if (split == null) {
            return pools[0];
        }
        long key = splitBy.hash(clientAddress);
        return pools[split.pick(key != 0 ? key : BY_CLIENT.hash(clientAddress))];
    }

    /** What is changed of requests. */
    public HeadPlan request() {
        return request;
    }

    /** What is changed of responses. */
    public HeadPlan response() {
        return response;
    }

    /** Body of a fixed response. Not to be changed. */
    public byte[] body() {
        return body;
    }

    /** Longest exchange; 0: as the node has it. */
    public int requestTicks() {
        return requestTicks;
    }

    /** Longest wait for the head of the response; 0: as the node has it. */
    public int responseHeadTicks() {
        return responseHeadTicks;
    }

    public RateLimits.@Nullable Limit limit() {
        return limit;
    }

    /** Whether another origin is tried after a response of that status. */
    public boolean retries(int status) {
        List<StatusRange> statuses = route.retries().statuses();
        for (int i = 0; i < statuses.size(); i++) {
            if (statuses.get(i).contains(status)) {
                return true;
            }
        }
        return false;
    }
}
