package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.ListenerName;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final int TABLES = 4000;
    private static final int REQUESTS = 10;

    private final MatchScratch scratch = new MatchScratch();

    @Test
    void theTableAgreesWithTheGatewayApiOnRandomRoutesAndRequests() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        int taken = 0;
        for (int i = 0; i < TABLES; i++) {
            List<Route> routes = random.routes(i % 10 == 0 ? 60 : 12);
            ListenerName listener = random.oneIn(2) ? RandomRoutes.EDGE : ListenerName.DEFAULT;
            RouteTable table = java.util.Objects.requireNonNull(
                    RouteTable.of(routes, List.of(ListenerName.DEFAULT, RandomRoutes.EDGE))
                            .get(listener));
            for (int k = 0; k < REQUESTS; k++) {
                WrittenRequest request = random.request();
                Optional<RouteMatched> expected = GatewayModel.take(routes, listener, request);
                Optional<RouteMatched> found = Optional.ofNullable(table.match(request.view(), scratch));
                assertThat(found).as("seed %d, table %d: %s", seed, i, request).isEqualTo(expected);
                taken += found.isPresent() ? 1 : 0;
            }
        }
        System.out.println(taken + " of " + TABLES * REQUESTS + " requests matched a route");
        assertThat(taken).isBetween(TABLES * REQUESTS / 5, TABLES * REQUESTS * 4 / 5);
    }

    @Test
    void theOrderInWhichRoutesComeDoesNotMatter() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        for (int i = 0; i < 200; i++) {
            List<Route> routes = random.routes(20);
            List<Route> shuffled = new java.util.ArrayList<>(routes);
            java.util.Collections.shuffle(shuffled, new Random(seed + i));
            WrittenRequest request = random.request();
            assertThat(RouteTable.of(shuffled, ListenerName.DEFAULT).match(request.view(), scratch))
                    .as("seed %d, table %d: %s", seed, i, request)
                    .isEqualTo(RouteTable.of(routes, ListenerName.DEFAULT).match(request.view(), scratch));
        }
    }
}
