package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.Scheme;
import io.weldr.core.route.HeaderEdits.HeaderValue;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.testkit.GatewayConformance;
import io.weldr.core.testkit.GatewayConformance.Case;
import io.weldr.core.testkit.GatewayConformance.Redirect;
import io.weldr.core.testkit.GatewayConformance.Suite;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the Gateway API asks of routes, on sockets: the bytes of a request go in, and all that the origin was sent and
 * all that the client got back is compared. The tests of weldr-core run the same cases on the route table alone.
 */
class GatewayConformanceIT {

    /** What the proxy adds by itself. */
    private static final Set<String> OWN_FIELDS_OF_REQUESTS =
            Set.of("via", "x-request-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host");

    private static final Set<String> OWN_FIELDS_OF_RESPONSES = Set.of("via", "date", "x-request-id");

    @TestFactory
    Stream<DynamicTest> routesDoAsTheGatewayApiAsks() throws IOException {
        return GatewayConformance.read().stream()
                .map(suite -> DynamicTest.dynamicTest(suite.name(), () -> tell(suite)));
    }

    private static void tell(Suite suite) {
        try (Site site = new Site(suite)) {
            for (Case each : suite.cases()) {
                if (each.scheme() == Scheme.HTTP) { // listeners for https have cases of their own when there are any
                    site.run(each);
                }
            }
        }
    }

    /** A proxy with the routes of a suite, and an origin behind each route. */
    private static final class Site implements AutoCloseable {
        private final Map<String, RawOrigin> origins = new HashMap<>(); // by the name of their route
        private final TestProxy proxy = TestProxy.inFrontOf();
        private volatile List<HeaderValue> answer = List.of(); // fields that origins answer with

        Site(Suite suite) {
            Routes.remove(proxy, "default");
            for (Route route : suite.routes()) {
                if (route.action() instanceof RouteAction.Forward) {
                    addPool(route.name().value());
                }
                proxy.apply(new Command.PutRoute(
                        route, Condition.NONE, proxy.state.get().routing(), Instant.EPOCH));
            }
        }

        private void addPool(String name) {
            RawOrigin origin = RawOrigin.serving((wire, self) -> {
                while (!self.next(wire).isEmpty()) {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n" + lines(answer) + "\r\n"
                            + name);
                }
            });
            origins.put(name, origin);
            PoolName pool = new PoolName(name);
            proxy.apply(new Command.PutPool(
                    pool, HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.NONE, Instant.EPOCH));
            OriginSpec spec = OriginSpec.of(OriginUrl.parse(origin.url()));
            proxy.apply(new Command.AddOrigin(pool, spec, true, Instant.EPOCH));
        }

        void run(Case each) {
            origins.values().forEach(origin -> origin.requests().clear());
            answer = each.answered();
            String authority = each.url().replaceFirst("http://([^/]+).*", "$1");
            String target = each.url().substring("http://".length() + authority.length());
            String request = each.method() + " " + target + " HTTP/1.1\r\nHost: " + authority + "\r\n"
                    + lines(each.headers())
                    + (each.method().matches("POST|PUT|PATCH") ? "Content-Length: 0\r\n" : "") + "\r\n";
            Message response = Message.parse(
                    proxy.exchange(request, each.method().equals("HEAD") ? Wire::readHead : Wire::readMessage));
            List<String> took = origins.keySet().stream()
                    .filter(name -> !Objects.requireNonNull(origins.get(name))
                            .requests()
                            .isEmpty())
                    .toList();
            Redirect redirect = each.redirect();
            if (each.route() == null) {
                assertThat(response.start()).as("%s", each).isEqualTo("HTTP/1.1 404 Not Found");
                assertThat(took).as("%s", each).isEmpty();
            } else if (redirect != null) {
                assertThat(response.start()).as("%s", each).startsWith("HTTP/1.1 " + redirect.status() + " ");
                assertThat(response.fields()).as("%s", each).containsEntry("location", redirect.location());
                assertThat(took).as("%s", each).isEmpty();
            } else {
                assertThat(took).as("%s", each).containsExactly(each.route());
                compareRequest(each, Message.parse(request));
                compareResponse(each, response);
            }
        }

        private void compareRequest(Case each, Message sent) {
            RawOrigin origin = Objects.requireNonNull(origins.get(each.route()));
            assertThat(origin.requests()).as("%s", each).hasSize(1);
            Message received = Message.parse(origin.requests().get(0));
            String target = each.sentTarget();
            assertThat(received.start())
                    .as("%s", each)
                    .isEqualTo(target == null ? sent.start() : each.method() + " " + target + " HTTP/1.1");
            Map<String, String> expected = new TreeMap<>(sent.fields());
            if (each.sentHost() != null) {
                expected.put("host", each.sentHost());
            }
            assertThat(received.without(OWN_FIELDS_OF_REQUESTS))
                    .as("what the origin got: %s", each)
                    .isEqualTo(changed(expected, each.received()));
        }

        private static void compareResponse(Case each, Message response) {
            String body = Objects.requireNonNull(each.route());
            assertThat(response.start()).as("%s", each).isEqualTo("HTTP/1.1 200 OK");
            assertThat(response.body()).as("%s", each).isEqualTo(body);
            Map<String, String> expected = new TreeMap<>(Message.fields(lines(each.answered())));
            expected.put("content-length", Integer.toString(body.length()));
            assertThat(response.without(OWN_FIELDS_OF_RESPONSES))
                    .as("what the client got: %s", each)
                    .isEqualTo(changed(expected, each.returned()));
        }

        private static Map<String, String> changed(Map<String, String> fields, Map<String, Optional<String>> changes) {
            Map<String, String> all = new TreeMap<>(fields);
            changes.forEach((name, value) -> {
                all.remove(name);
                value.ifPresent(text -> all.put(name, text));
            });
            return all;
        }

        private static String lines(List<HeaderValue> fields) {
            return fields.stream()
                    .map(field -> field.name() + ": " + field.value() + "\r\n")
                    .collect(Collectors.joining());
        }

        @Override
        public void close() {
            proxy.close();
            origins.values().forEach(RawOrigin::close);
        }
    }

    /**
     * A request or a response.
     *
     * @param fields by name in lower case; the values of several lines have a comma between them
     */
    private record Message(String start, Map<String, String> fields, String body) {
        static Message parse(String text) {
            int head = text.indexOf("\r\n\r\n");
            assertThat(head).as("the end of the head: %s", text).isPositive();
            int start = text.indexOf("\r\n");
            String lines = text.substring(start + 2, head + 2);
            return new Message(text.substring(0, start), fields(lines), text.substring(head + 4));
        }

        static Map<String, String> fields(String lines) {
            Map<String, String> fields = new TreeMap<>();
            for (String line : lines.isEmpty() ? new ArrayList<String>() : Arrays.asList(lines.split("\r\n"))) {
                String[] pair = line.split(":", 2);
                fields.merge(pair[0].toLowerCase(Locale.ROOT), pair[1].strip(), (one, next) -> one + "," + next);
            }
            return fields;
        }

        Map<String, String> without(Set<String> names) {
            Map<String, String> rest = new TreeMap<>(fields);
            rest.keySet().removeAll(names);
            return rest;
        }
    }
}
