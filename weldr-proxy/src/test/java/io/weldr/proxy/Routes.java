package io.weldr.proxy;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.OriginSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes pools and routes to a {@link TestProxy}. Each method changes the route that the next {@link #put} writes. */
final class Routes {
    private final TestProxy proxy;
    private List<ListenerName> listeners = List.of(ListenerName.DEFAULT);
    private RouteAction action = RouteAction.Forward.to(PoolName.DEFAULT);
    private List<HostPattern> hosts = List.of();
    private List<RouteMatch> matches = List.of();
    private RouteFilters filters = RouteFilters.NONE;
    private RouteTimeouts timeouts = RouteTimeouts.UNSET;
    private RouteRetries retries = RouteRetries.DEFAULT;
    private @Nullable RateLimit rateLimit;
    private List<Network> deny = List.of();

    private Routes(TestProxy proxy) {
        this.proxy = proxy;
    }

    static Routes of(TestProxy proxy) {
        return new Routes(proxy);
    }

    /** Makes a pool of these origins. */
    static PoolName pool(TestProxy proxy, String name, PoolSettings settings, RawOrigin... origins) {
        PoolName pool = new PoolName(name);
        proxy.apply(new Command.PutPool(pool, HealthPolicy.DEFAULT, settings, Condition.NONE, Instant.EPOCH));
        for (RawOrigin origin : origins) {
            OriginSpec spec = OriginSpec.of(OriginUrl.parse(origin.url()));
            proxy.apply(new Command.AddOrigin(pool, spec, true, Instant.EPOCH));
        }
        return pool;
    }

    static PoolName pool(TestProxy proxy, String name, RawOrigin... origins) {
        return pool(proxy, name, PoolSettings.DEFAULT, origins);
    }

    /** Of requests or connections of that listener. */
    Routes on(String listener) {
        listeners = List.of(new ListenerName(listener));
        return this;
    }

    /** Of requests of every listener. */
    Routes everywhere() {
        listeners = List.of();
        return this;
    }

    Routes host(String pattern) {
        hosts = List.of(HostPattern.parse(pattern));
        return this;
    }

    Routes below(String prefix) {
        matches = List.of(RouteMatch.prefix(prefix));
        return this;
    }

    Routes when(RouteMatch... any) {
        matches = List.of(any);
        return this;
    }

    Routes to(PoolName pool) {
        return action(RouteAction.Forward.to(pool));
    }

    Routes split(PoolName one, int weight, PoolName other, int otherWeight, RequestKey by) {
        return action(new RouteAction.Forward(
                List.of(new RouteAction.WeightedPool(one, weight), new RouteAction.WeightedPool(other, otherWeight)),
                by));
    }

    Routes action(RouteAction next) {
        action = next;
        return this;
    }

    Routes filters(RouteFilters next) {
        filters = next;
        return this;
    }

    Routes timeouts(RouteTimeouts next) {
        timeouts = next;
        return this;
    }

    Routes retries(RouteRetries next) {
        retries = next;
        return this;
    }

    Routes rateLimit(RateLimit next) {
        rateLimit = next;
        return this;
    }

    Routes deny(String... networks) {
        List<Network> all = new ArrayList<>();
        for (String network : networks) {
            all.add(Network.parse(network));
        }
        deny = all;
        return this;
    }

    void put(String name) {
        Route route = new Route(
                new RouteName(name),
                listeners,
                hosts,
                matches,
                action,
                filters,
                timeouts,
                retries,
                rateLimit,
                List.of(),
                deny,
                List.of(),
                false,
                Stamp.INITIAL);
        proxy.apply(
                new Command.PutRoute(route, Condition.NONE, proxy.state.get().routing(), Instant.EPOCH));
    }

    static void remove(TestProxy proxy, String name) {
        proxy.apply(new Command.RemoveRoute(
                new RouteName(name), null, proxy.state.get().routing(), Instant.EPOCH));
    }
}
