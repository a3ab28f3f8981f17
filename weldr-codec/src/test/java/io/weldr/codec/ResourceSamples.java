package io.weldr.codec;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Algorithm;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.EjectionPolicy;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.OriginLimits;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTest;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.ValueMatch;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random pools, listeners, routes and certificates. Few names, so that commands meet each other's resources. */
final class ResourceSamples {
    private final Random random;
    private final CertificateSamples certificates;

    ResourceSamples(Random random) {
        this.random = random;
        certificates = new CertificateSamples(random);
    }

    Command command(PoolName pool, HealthPolicy policy, Instant at) {
        return switch (random.nextInt(10)) {
            case 0 -> new Command.PutPool(pool, policy, settings(), condition(), at);
            case 1 -> new Command.RemovePool(pool, maybe(this::revision), at);
            case 2 -> new Command.PutListener(listener(), condition(), at);
            case 3 -> new Command.RemoveListener(listenerName(), maybe(this::revision), at);
            case 4 -> new Command.PutRoute(route(), condition(), revision(), at);
            case 5 -> new Command.RemoveRoute(routeName(), maybe(this::revision), revision(), at);
            default -> certificates.command(condition(), at);
        };
    }

    HealthPolicy policy(HealthPolicy plain) {
        HealthPolicy.Builder policy = plain.toBuilder()
                .type(pick(HealthPolicy.Type.values()))
                .host(maybe(() -> "probe.example"))
                .headers(random.nextBoolean() ? Map.of() : Map.of("x-probe", "1"))
                .service(random.nextBoolean() ? "" : "shop.Cart")
                .port(maybe(() -> 1 + random.nextInt(65535)))
                .unhealthyInterval(maybe(() -> plain.interval().plusMillis(5)))
                .jitterPercent(random.nextInt(51))
                .connectTimeout(maybe(plain::timeout))
                .witnesses(random.nextBoolean());
        if (plain.method() == HealthPolicy.Method.GET) {
            policy.contains(maybe(() -> "ok ü"));
        }
        return policy.build();
    }

    private PoolSettings settings() {
        return PoolSettings.builder()
                .balancing(balancing())
                .sticky(maybe(() -> new StickyCookie(
                        "c" + random.nextInt(3),
                        true,
                        random.nextBoolean(),
                        pick(StickyCookie.SameSite.values()),
                        maybe(() -> Duration.ofSeconds(1 + random.nextInt(1000))))))
                .slowStart(Duration.ofMillis(random.nextInt(10_000)))
                .ejection(
                        random.nextBoolean()
                                ? EjectionPolicy.UNSET
                                : new EjectionPolicy(3, 50, Duration.ofSeconds(1), Duration.ofSeconds(9)))
                .limits(random.nextBoolean() ? OriginLimits.UNSET : new OriginLimits(7, 0, Duration.ofSeconds(1)))
                .whenAllDown(maybe(() -> pick(WhenAllDown.values())))
                .minimumUp(1 + random.nextInt(5))
                .sendsProxyProtocol(random.nextBoolean())
                .protocol(pick(OriginProtocol.values()))
                .tls(random.nextBoolean() ? OriginTlsPolicy.DEFAULT : certificates.originTls())
                .build();
    }

    private Balancing balancing() {
        Algorithm algorithm = pick(Algorithm.values());
        boolean hash = algorithm == Algorithm.HASH;
        return new Balancing(algorithm, hash ? key() : null, hash && random.nextBoolean() ? 150 : 0);
    }

    private RequestKey key() {
        RequestKey.Source source = pick(RequestKey.Source.values());
        boolean named = source == RequestKey.Source.HEADER || source == RequestKey.Source.COOKIE;
        return new RequestKey(source, named ? "x-key" : null);
    }

    private Listener listener() {
        ListenerName name = listenerName();
        boolean own = name.equals(ListenerName.DEFAULT);
        Listener.Protocol protocol = own ? Listener.Protocol.HTTP : pick(Listener.Protocol.values());
        boolean tcp = protocol == Listener.Protocol.TCP;
        boolean opaque = !protocol.carriesHttp();
        return Listener.named(name)
                .protocol(protocol)
                .tls(protocol == Listener.Protocol.HTTPS ? certificates.listenerTls() : null)
                .http2(opaque ? null : maybe(random::nextBoolean))
                .redirectPort(protocol == Listener.Protocol.HTTP ? maybe(() -> 8443) : null)
                .address(own ? null : new HostPort(random.nextBoolean() ? "0.0.0.0" : "::1", 9000 + random.nextInt(4)))
                .pool(tcp ? new PoolName("default") : null)
                .limits(
                        random.nextBoolean()
                                ? ListenerLimits.UNSET
                                : new ListenerLimits(10, opaque ? null : 1L << 33, Duration.ofSeconds(5)))
                .trustedPeers(opaque ? null : maybe(() -> random.nextBoolean() ? List.of() : networks()))
                .proxyProtocol(random.nextBoolean() ? List.of() : networks())
                .errorPages(new TreeMap<>(
                        opaque || random.nextBoolean() ? Map.of() : Map.of(5, new ErrorPage("text/html", "<p>ü"))))
                .build();
    }

    private static List<Network> networks() {
        return List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8::/32"));
    }

    private Route route() {
        return new Route(
                routeName(),
                random.nextBoolean() ? List.of() : List.of(listenerName()),
                random.nextBoolean()
                        ? List.of()
                        : List.of(HostPattern.parse("*.example.com"), HostPattern.parse("::1")),
                random.nextBoolean() ? List.of() : List.of(RouteMatch.prefix("/a"), match()),
                action(),
                filters(),
                random.nextBoolean()
                        ? RouteTimeouts.UNSET
                        : new RouteTimeouts(maybe(() -> Duration.ofSeconds(9)), Duration.ofMillis(250)),
                random.nextBoolean() ? RouteRetries.DEFAULT : new RouteRetries(2, List.of(new StatusRange(502, 504))),
                maybe(() -> new RateLimit(
                        10, Duration.ofSeconds(2), 20, RequestKey.CLIENT_ADDRESS, pick(RateLimit.Scope.values()))),
                random.nextBoolean() ? List.of() : networks(),
                random.nextBoolean() ? List.of() : networks(),
                random.nextBoolean() ? List.of() : List.of(test()),
                random.nextBoolean(),
                Stamp.INITIAL);
    }

    private RouteMatch match() {
        return new RouteMatch(
                random.nextBoolean()
                        ? new PathMatch(PathMatch.Kind.EXACT, "/b%20c")
                        : new PathMatch(PathMatch.Kind.REGEX, "/v[0-9]+/.*"),
                maybe(() -> "POST"),
                List.of(new ValueMatch("x-canary", ValueMatch.Kind.EXACT, "yes")),
                List.of(new ValueMatch("q", ValueMatch.Kind.REGEX, "a|b")));
    }

    private RouteAction action() {
        return switch (random.nextInt(3)) {
            case 0 ->
                new RouteAction.Forward(
                        List.of(
                                new RouteAction.WeightedPool(PoolName.DEFAULT, 0),
                                new RouteAction.WeightedPool(new PoolName("other"), 1 + random.nextInt(9))),
                        key());
            case 1 ->
                new RouteAction.Redirect(
                        308,
                        pick(Scheme.values()),
                        maybe(() -> "new.example"),
                        maybe(() -> 8443),
                        maybe(this::rewrite));
            default -> new RouteAction.FixedResponse(410, "text/plain", "gone ü");
        };
    }

    private PathRewrite rewrite() {
        return new PathRewrite(PathRewrite.Kind.FULL, "/n" + random.nextInt(9));
    }

    private RouteFilters filters() {
        if (random.nextBoolean()) {
            return RouteFilters.NONE;
        }
        HeaderEdits edits = new HeaderEdits(
                List.of(new HeaderEdits.HeaderValue("X-A", "1")),
                List.of(new HeaderEdits.HeaderValue("x-b", "")),
                List.of("x-c"));
        return new RouteFilters(edits, HeaderEdits.NONE, maybe(() -> "in.example:81"), maybe(this::rewrite));
    }

    private RouteTest test() {
        return new RouteTest(
                new RouteTest.SampleRequest(
                        "GET",
                        "http://a.example/b?c=1",
                        List.of(new HeaderEdits.HeaderValue("x-a", "1")),
                        maybe(() -> "192.0.2.7")),
                maybe(() -> RouteTest.NO_ROUTE),
                maybe(() -> PoolName.DEFAULT),
                maybe(() -> 301));
    }

    private Condition condition() {
        return List.of(
                        Condition.NONE,
                        Condition.ABSENT,
                        Condition.PRESENT,
                        Condition.ABSENT_OR_SAME,
                        new Condition.At(revision()))
                .get(random.nextInt(5));
    }

    private ListenerName listenerName() {
        return random.nextBoolean() ? ListenerName.DEFAULT : new ListenerName("l" + random.nextInt(3));
    }

    private RouteName routeName() {
        return random.nextBoolean() ? RouteName.DEFAULT : new RouteName("r" + random.nextInt(3));
    }

    private long revision() {
        return random.nextInt(30);
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
