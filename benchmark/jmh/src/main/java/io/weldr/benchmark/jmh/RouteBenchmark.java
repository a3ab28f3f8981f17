package io.weldr.benchmark.jmh;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.MatchScratch;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.RequestView;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.SampleView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find the route of a request, and to compile the table for that. Three routes for each host: one
 * exact path, a prefix, and all the rest; each tenth host is a wildcard. Finding must not allocate: run with {@code
 * -prof gc} to see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RouteBenchmark {
    private static final int REQUESTS = 1024; // so that no branch is learnt by heart

    /** How the requests of one run match. */
    public enum Taken {
        EXACT,
        PREFIX,
        WILDCARD,
        MISS
    }

    /** 4096 is the limit of a cluster. */
    @Param({"10", "3000", "4096"})
    public int routes;

    private List<Route> all = List.of();

    /** Requests, with a table. */
    @State(Scope.Thread)
    public static class Requests {
        @Param
        public Taken taken = Taken.EXACT;

        private final MatchScratch scratch = new MatchScratch();
        private final RequestView[] views = new RequestView[REQUESTS];
        private RouteTable table = RouteTable.of(List.of(), ListenerName.DEFAULT);
        private int next;

        @Setup
        public void prepare(RouteBenchmark benchmark) {
            table = RouteTable.of(benchmark.all, ListenerName.DEFAULT);
            Random random = new Random(42);
            int hosts = benchmark.routes / 3;
            for (int i = 0; i < REQUESTS; i++) {
                int host = random.nextInt((hosts + 9) / 10) * 10 + 1 + random.nextInt(9);
                host = taken == Taken.WILDCARD ? host / 10 * 10 : Math.min(host, hosts - 1);
                String name =
                        taken == Taken.MISS ? "www.missing.test" : host(host).replace("*.", "a.b.c.");
                String path = taken == Taken.EXACT ? "/health" : "/api/v1/customers/" + i + "/orders/%7Eopen";
                views[i] = new SampleView(
                        new SampleRequest("GET", "http://" + name + ":8080" + path + "?page=2", List.of(), null));
                if ((table.match(views[i], scratch) == null) != (taken == Taken.MISS)) {
                    throw new IllegalStateException(name + path + ": not as meant");
                }
            }
        }
    }

    @Setup
    public void prepare() {
        all = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            PathMatch path = switch (i % 3) {
                case 0 -> new PathMatch(PathMatch.Kind.EXACT, "/health");
                case 1 -> new PathMatch(PathMatch.Kind.PREFIX, "/api/v1/customers");
                default -> PathMatch.ANY;
            };
            all.add(new Route(
                    new RouteName("route-" + i),
                    List.of(),
                    List.of(HostPattern.parse(host(i / 3))),
                    List.of(new RouteMatch(path, null, List.of(), List.of())),
                    RouteAction.Forward.to(PoolName.DEFAULT),
                    RouteFilters.NONE,
                    RouteTimeouts.UNSET,
                    RouteRetries.DEFAULT,
                    null,
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    new Stamp(i, i)));
        }
    }

    private static String host(int number) {
        return (number % 10 == 0 ? "*." : "www.") + "customer-" + number + ".example.com";
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public @Nullable RouteMatched match(Requests requests) {
        requests.next = (requests.next + 1) % REQUESTS;
        return requests.table.match(requests.views[requests.next], requests.scratch);
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public RouteTable compile() {
        return RouteTable.of(all, ListenerName.DEFAULT);
    }
}
