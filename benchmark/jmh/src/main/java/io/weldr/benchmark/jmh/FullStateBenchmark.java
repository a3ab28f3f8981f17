package io.weldr.benchmark.jmh;

import static java.util.Objects.requireNonNull;

import io.weldr.codec.SnapshotCodec;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.Verdict;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.ServingPool;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a change costs in a cluster with as many pools, origins and routes as it may have. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FullStateBenchmark {
    private static final int POOLS = 256;
    private static final int ORIGINS_EACH = 64;
    private static final int ROUTES = 4096;

    private ClusterState full = ClusterState.INITIAL;
    private Command verdict = new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH);
    private Command route = verdict;
    private byte[] snapshot = {};

    /** Fills pools and routes up to the limits. */
    @Setup
    public void fill() throws Exception {
        apply(verdict);
        for (int i = 1; i < POOLS; i++) {
            apply(new Command.PutPool(
                    pool(i), HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.ABSENT, Instant.EPOCH));
        }
        for (int i = 0; i < POOLS; i++) {
            for (int j = 0; j < ORIGINS_EACH; j++) {
                HostPort address = new HostPort("10." + i + ".0." + j, 8080);
                OriginSpec spec = OriginSpec.of(new OriginUrl(Scheme.HTTP, address));
                apply(new Command.AddOrigin(pool(i), spec, true, Instant.EPOCH));
            }
        }
        for (int i = 1; i < ROUTES; i++) {
            apply(new Command.PutRoute(route(i, "1"), Condition.ABSENT, full.routing(), Instant.EPOCH));
        }
        Origin origin = requireNonNull(full.pool(pool(7))).origins().get(0);
        verdict = new Command.RecordVerdict(
                pool(7),
                origin.id(),
                origin.generation(),
                new Verdict(false, Instant.EPOCH, "status 503"),
                null,
                Instant.EPOCH);
        route = new Command.PutRoute(route(77, "2"), Condition.PRESENT, full.routing(), Instant.EPOCH);
        snapshot = write(full);
        System.out.println("snapshot: " + snapshot.length + " bytes, " + full.origins() + " origins");
    }

    private static PoolName pool(int number) {
        return number == 0 ? PoolName.DEFAULT : new PoolName("pool-" + number);
    }

    private static Route route(int number, String version) {
        HeaderEdits edits = new HeaderEdits(
                List.of(new HeaderEdits.HeaderValue("X-Route", "r" + number + "-" + version)),
                List.of(),
                List.of("x-internal"));
        return new Route(
                new RouteName("route-" + number),
                List.of(ListenerName.DEFAULT),
                List.of(HostPattern.parse("h" + number % 1000 + ".example.com")),
                List.of(RouteMatch.prefix("/p" + number)),
                RouteAction.Forward.to(pool(number % POOLS)),
                new RouteFilters(edits, HeaderEdits.NONE, null, null),
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(),
                false,
                Stamp.INITIAL);
    }

    private void apply(Command command) {
        Transition transition = full.apply(command, full.revision() + 1);
        if (!(transition.outcome() instanceof Outcome.Accepted)) {
            throw new IllegalStateException(transition.outcome().toString());
        }
        full = transition.next();
    }

    private static byte[] write(ClusterState state) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(
                new SnapshotCodec.Snapshot(1, state.revision(), state, new SnapshotCodec.Requests(Map.of(), Map.of())),
                out);
        return out.toByteArray();
    }

    @Benchmark
    public Transition applyVerdict() {
        return full.apply(verdict, full.revision() + 1);
    }

    @Benchmark
    public Transition applyRoute() {
        return full.apply(route, full.revision() + 1);
    }

    /** By the leader, before a change of a route enters the log. */
    @Benchmark
    public RouteChecks.Result checkRoute() {
        return RouteChecks.check(
                full.routes().values(),
                new RouteName("route-77"),
                full.pools().keySet(),
                RoutedListeners.of(full.listeners().values()));
    }

    @Benchmark
    public Object compileRoutes() {
        return RoutePlans.of(full);
    }

    @Benchmark
    public ServingPool makeOnePool() {
        Pool pool = requireNonNull(full.pool(pool(7)));
        PoolTerms terms = PoolTerms.of(pool, new PoolTerms.NodeDefaults(ProxyLimits.DEFAULTS, WhenAllDown.ANSWER_503));
        return ServingPool.of(pool, terms, OriginAccess.PLAIN, Set.of(), Instant.EPOCH, CookieTokens.NONE);
    }

    @Benchmark
    public byte[] writeSnapshot() throws Exception {
        return write(full);
    }

    @Benchmark
    public SnapshotCodec.Snapshot readSnapshot() throws Exception {
        return SnapshotCodec.read(new ByteArrayInputStream(snapshot));
    }
}
