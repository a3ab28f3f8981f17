package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTest;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.ValueMatch;
import java.time.Duration;
import java.util.List;

/** Routes. */
public final class Routes {
    private Routes() {}

    /** Without the stamp. */
    public static io.weldr.proto.resource.v1.Route encode(Route route) {
        io.weldr.proto.resource.v1.Route.Builder to = io.weldr.proto.resource.v1.Route.newBuilder()
                .setName(route.name().value())
                .setAmbiguousPaths(route.ambiguousPaths());
        route.listeners().forEach(listener -> to.addListeners(listener.value()));
        route.hosts().forEach(host -> to.addHosts(host.toString()));
        if (!route.matches().equals(List.of(RouteMatch.ANY))) {
            route.matches().forEach(match -> to.addMatches(encode(match)));
        }
        RouteActions.encode(route.action(), to);
        RouteActions.encode(route.filters(), to);
        if (!route.timeouts().equals(RouteTimeouts.UNSET)) {
            to.setTimeouts(encode(route.timeouts()));
        }
        if (!route.retries().equals(RouteRetries.DEFAULT)) {
            to.setRetries(io.weldr.proto.resource.v1.RouteRetries.newBuilder()
                    .setTriesMax(route.retries().triesMax())
                    .setStatuses(StatusRange.text(route.retries().statuses())));
        }
        if (route.rateLimit() != null) {
            to.setRateLimit(encode(route.rateLimit()));
        }
        route.allow().forEach(network -> to.addAllow(network.toString()));
        route.deny().forEach(network -> to.addDeny(network.toString()));
        route.tests().forEach(test -> to.addTests(encode(test)));
        return to.build();
    }

    /** The route, with the initial stamp. */
    public static Route decode(io.weldr.proto.resource.v1.Route from) {
        return decode(from, Stamp.INITIAL);
    }

    public static Route decode(io.weldr.proto.resource.v1.Route from, Stamp stamp) {
        RouteFilters filters = RouteActions.filters(from);
        return new Route(
                new RouteName(from.getName()),
                Decode.texts("listeners", from.getListenersList(), ListenerName::new),
                Decode.texts("hosts", from.getHostsList(), HostPattern::parse),
                Decode.each("matches", from.getMatchesList(), Routes::match),
                RouteActions.action(from),
                filters,
                from.hasTimeouts() ? timeouts(from.getTimeouts()) : RouteTimeouts.UNSET,
                from.hasRetries() ? retries(from.getRetries()) : RouteRetries.DEFAULT,
                from.hasRateLimit() ? rateLimit(from.getRateLimit()) : null,
                Decode.texts("allow", from.getAllowList(), Network::parse),
                Decode.texts("deny", from.getDenyList(), Network::parse),
                Decode.each("tests", from.getTestsList(), Routes::test),
                from.getAmbiguousPaths(),
                stamp);
    }

    private static io.weldr.proto.resource.v1.RouteMatch encode(RouteMatch match) {
        io.weldr.proto.resource.v1.RouteMatch.Builder to = io.weldr.proto.resource.v1.RouteMatch.newBuilder()
                .setPath(io.weldr.proto.resource.v1.PathMatch.newBuilder()
                        .setKind(Decode.constant(
                                io.weldr.proto.resource.v1.PathMatch.Kind.class,
                                match.path().kind()))
                        .setValue(match.path().value()));
        if (match.method() != null) {
            to.setMethod(match.method());
        }
        match.headers().forEach(value -> to.addHeaders(encode(value)));
        match.query().forEach(value -> to.addQuery(encode(value)));
        return to.build();
    }

    private static io.weldr.proto.resource.v1.ValueMatch encode(ValueMatch value) {
        return io.weldr.proto.resource.v1.ValueMatch.newBuilder()
                .setName(value.name())
                .setKind(Decode.constant(io.weldr.proto.resource.v1.ValueMatch.Kind.class, value.kind()))
                .setValue(value.value())
                .build();
    }

    private static RouteMatch match(io.weldr.proto.resource.v1.RouteMatch from) {
        PathMatch path = from.hasPath()
                ? new PathMatch(
                        Decode.constant(
                                "path.kind",
                                PathMatch.Kind.PREFIX,
                                from.getPath().getKind()),
                        from.getPath().getValue())
                : PathMatch.ANY;
        return new RouteMatch(
                path,
                Decode.optional(from.getMethod()),
                Decode.each("headers", from.getHeadersList(), Routes::value),
                Decode.each("query", from.getQueryList(), Routes::value));
    }

    private static ValueMatch value(io.weldr.proto.resource.v1.ValueMatch from) {
        return new ValueMatch(
                from.getName(), Decode.constant("kind", ValueMatch.Kind.EXACT, from.getKind()), from.getValue());
    }

    private static io.weldr.proto.resource.v1.RouteTimeouts encode(RouteTimeouts timeouts) {
        io.weldr.proto.resource.v1.RouteTimeouts.Builder to = io.weldr.proto.resource.v1.RouteTimeouts.newBuilder();
        if (timeouts.request() != null) {
            to.setRequest(Decode.encode(timeouts.request()));
        }
        if (timeouts.responseHead() != null) {
            to.setResponseHead(Decode.encode(timeouts.responseHead()));
        }
        return to.build();
    }

    private static RouteTimeouts timeouts(io.weldr.proto.resource.v1.RouteTimeouts from) {
        return new RouteTimeouts(
                from.hasRequest() ? Decode.duration("timeouts.request", from.getRequest()) : null,
                from.hasResponseHead() ? Decode.duration("timeouts.responseHead", from.getResponseHead()) : null);
    }

    private static RouteRetries retries(io.weldr.proto.resource.v1.RouteRetries from) {
        return new RouteRetries(
                from.getTriesMax(),
                from.getStatuses().isEmpty()
                        ? List.of()
                        : Decode.at("retries", () -> StatusRange.parseList("statuses", from.getStatuses())));
    }

    private static io.weldr.proto.resource.v1.RateLimit encode(RateLimit limit) {
        return io.weldr.proto.resource.v1.RateLimit.newBuilder()
                .setRequests(limit.requests())
                .setPeriod(Decode.encode(limit.period()))
                .setBurst(limit.burst())
                .setKey(Decode.encode(limit.key()))
                .setScope(Decode.constant(io.weldr.proto.resource.v1.RateLimit.Scope.class, limit.scope()))
                .build();
    }

    private static RateLimit rateLimit(io.weldr.proto.resource.v1.RateLimit from) {
        return new RateLimit(
                from.getRequests(),
                from.hasPeriod() ? Decode.duration("rateLimit.period", from.getPeriod()) : Duration.ofSeconds(1),
                from.hasBurst() ? from.getBurst() : from.getRequests(),
                from.hasKey() ? Decode.key("rateLimit.key", from.getKey()) : RequestKey.CLIENT_ADDRESS,
                Decode.constant("rateLimit.scope", RateLimit.Scope.NODE, from.getScope()));
    }

    private static io.weldr.proto.resource.v1.RouteTest encode(RouteTest test) {
        RouteTest.SampleRequest request = test.request();
        io.weldr.proto.resource.v1.RouteTest.Builder to = io.weldr.proto.resource.v1.RouteTest.newBuilder()
                .setMethod(request.method())
                .setUrl(request.url());
        request.headers().forEach(header -> to.addHeaders(RouteActions.encode(header)));
        if (request.client() != null) {
            to.setClient(request.client());
        }
        if (test.route() != null) {
            to.setRoute(test.route());
        }
        if (test.pool() != null) {
            to.setPool(test.pool().value());
        }
        if (test.status() != null) {
            to.setStatus(test.status());
        }
        return to.build();
    }

    private static RouteTest test(io.weldr.proto.resource.v1.RouteTest from) {
        Check.that(!from.getUrl().isEmpty(), "url", "nothing", "http://host/path");
        return new RouteTest(
                new RouteTest.SampleRequest(
                        Decode.orElse(from.getMethod(), "GET"),
                        from.getUrl(),
                        Decode.each("headers", from.getHeadersList(), RouteActions::header),
                        Decode.optional(from.getClient())),
                Decode.optional(from.getRoute()),
                from.getPool().isEmpty() ? null : new PoolName(from.getPool()),
                from.hasStatus() ? from.getStatus() : null);
    }
}
