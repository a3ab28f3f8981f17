package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.testkit.GatewayConformance;
import io.weldr.core.testkit.GatewayConformance.Case;
import io.weldr.core.testkit.GatewayConformance.Suite;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Which route takes a request, and what it makes of its target. The proxy's tests run the same cases on sockets. */
class GatewayConformanceTest {
    private final MatchScratch scratch = new MatchScratch();

    @TestFactory
    Stream<DynamicNode> routesDoAsTheGatewayApiAsks() throws IOException {
        return GatewayConformance.read().stream().map(this::suite);
    }

    private DynamicNode suite(Suite suite) {
        RouteTable table = RouteTable.of(suite.routes(), ListenerName.DEFAULT);
        List<DynamicTest> tests = suite.cases().stream()
                .map(each -> DynamicTest.dynamicTest(each.line(), () -> run(table, each)))
                .toList();
        return DynamicContainer.dynamicContainer(suite.name(), tests);
    }

    private void run(RouteTable table, Case each) {
        RequestView view = new SampleView(new RouteTest.SampleRequest(each.method(), each.url(), each.headers(), null));
        RouteMatched matched = table.match(view, scratch);
        assertThat(matched == null ? null : matched.route().name().value()).isEqualTo(each.route());
        assertThat(table.explain(view).winner()).isEqualTo(matched);
        if (matched != null) {
            assertThat(redirect(matched, view, each)).isEqualTo(each.redirect());
            assertThat(matched.route().filters().rewriteHost()).isEqualTo(each.sentHost());
            if (each.sentTarget() != null) {
                assertThat(Actions.target(matched, view)).isEqualTo(each.sentTarget());
            }
        }
    }

    private static GatewayConformance.@Nullable Redirect redirect(RouteMatched matched, RequestView view, Case each) {
        return matched.route().action() instanceof RouteAction.Redirect redirect
                ? new GatewayConformance.Redirect(
                        redirect.status(), Actions.location(redirect, matched, view, each.scheme()))
                : null;
    }
}
