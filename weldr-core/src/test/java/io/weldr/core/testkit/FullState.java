package io.weldr.core.testkit;

import static java.util.Objects.requireNonNull;

import io.weldr.core.Stamp;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.Verdict;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Limits;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster with as many pools, origins, routes, listeners, certificates and tokens as it may have; each listener but
 * {@code default} has all certificates. No client comes to the addresses of the listeners. Origins of each pool but the
 * last are nowhere; in the last one, a real one has all the weight.
 */
public final class FullState {
    private static final int POOLS = Limits.CURRENT.poolsMax();
    private static final int ORIGINS_OF_A_POOL = Limits.CURRENT.originsTotalMax() / POOLS;
    private static final int HOSTS = 1000;

    private ClusterState state = ClusterState.INITIAL;

    private FullState() {}

    /** Makes it. Takes seconds. */
    public static ClusterState with(OriginUrl real) {
        FullState full = new FullState();
        full.fill(real);
        return full.state;
    }

    private void fill(OriginUrl real) {
        apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, Instant.EPOCH));
        for (int i = 1; i < POOLS; i++) {
            apply(new Command.PutPool(
                    pool(i), HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.ABSENT, Instant.EPOCH));
        }
        for (int i = 0; i < POOLS; i++) {
            boolean last = i == POOLS - 1;
            for (int j = 0; j < ORIGINS_OF_A_POOL; j++) {
                OriginUrl nowhere = new OriginUrl(Scheme.HTTP, new HostPort("10." + i + ".0." + j, 8080));
                OriginSpec spec =
                        last && j == 0 ? OriginSpec.of(real) : new OriginSpec(nowhere, null, last ? 0 : 1, null, null);
                apply(new Command.AddOrigin(pool(i), spec, true, Instant.EPOCH));
            }
        }
        for (int i = 0; i < Limits.CURRENT.certificatesMax(); i++) {
            Certificate certificate = SampleCertificates.given("certificate-" + i, host(i));
            apply(new Command.PutCertificate(certificate, Condition.ABSENT, Instant.EPOCH));
        }
        for (int i = 0; i < Limits.CURRENT.tokensMax(); i++) {
            apply(new Command.PutToken(token(i), Instant.EPOCH));
        }
        for (int i = state.routes().size(); i < Limits.CURRENT.routesMax(); i++) {
            apply(change(state, i, "first"));
        }
        for (int i = state.listeners().size(); i < Limits.CURRENT.listenersMax(); i++) {
            apply(new Command.PutListener(listener(i), Condition.ABSENT, Instant.EPOCH));
        }
    }

    private void apply(Command command) {
        Transition transition = state.apply(command, state.revision() + 1);
        if (!(transition.outcome() instanceof Outcome.Accepted)) {
            throw new AssertionError(transition.outcome());
        }
        state = transition.next();
    }

    private static Token token(int number) {
        byte[] bytes =
                ByteBuffer.allocate(TokenText.RANDOM_BYTES).putInt(number).array();
        SortedSet<PoolName> pools =
                IntStream.range(0, 10).mapToObj(FullState::pool).collect(Collectors.toCollection(TreeSet::new));
        return Token.named(
                new TokenName("token-" + number),
                Role.OPERATOR,
                pools,
                TokenText.of(bytes).hash(),
                Instant.EPOCH.plusSeconds(number));
    }

    private static PoolName pool(int number) {
        return number == 0 ? PoolName.DEFAULT : new PoolName("pool-" + number);
    }

    /** Of a route that leads to the pool with the real origin. */
    public static int routeToRealOrigin() {
        return POOLS - 1;
    }

    /** The value of {@code Host} that a route asks for. */
    public static String host(int route) {
        return "h" + route % HOSTS + ".example.com";
    }

    /** The path that a route asks for. */
    public static String path(int route) {
        return "/p" + route;
    }

    /** Makes a route set the field {@code X-Version} to that. */
    public static Command change(ClusterState state, int route, String version) {
        HeaderEdits edits = new HeaderEdits(
                List.of(new HeaderEdits.HeaderValue("X-Version", version)), List.of(), List.of("x-internal"));
        Route next = new Route(
                new RouteName("route-" + route),
                List.of(ListenerName.DEFAULT),
                List.of(HostPattern.parse(host(route))),
                List.of(RouteMatch.prefix(path(route))),
                RouteAction.Forward.to(pool(route % POOLS)),
                new RouteFilters(edits, HeaderEdits.NONE, null, null),
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(),
                false,
                Stamp.INITIAL);
        return new Command.PutRoute(next, Condition.NONE, state.routing(), Instant.EPOCH);
    }

    /** Has an origin of a pool go down, or come up. */
    public static Command verdict(ClusterState state, int pool, boolean up) {
        Origin origin = requireNonNull(state.pool(pool(pool))).origins().get(0);
        Verdict verdict = new Verdict(up, Instant.EPOCH, up ? "status 200" : "status 503");
        return new Command.RecordVerdict(pool(pool), origin.id(), origin.generation(), verdict, 1L, Instant.EPOCH);
    }

    private static Listener listener(int number) {
        return Listener.named(new ListenerName("listener-" + number))
                .protocol(Listener.Protocol.HTTPS)
                .address(new HostPort("192.0.2." + number, 8443)) // an address of documentation
                .tls(ListenerTls.of(IntStream.range(0, Limits.CURRENT.certificatesMax())
                        .mapToObj(i -> new CertificateName("certificate-" + i))
                        .toArray(CertificateName[]::new)))
                .build();
    }
}
