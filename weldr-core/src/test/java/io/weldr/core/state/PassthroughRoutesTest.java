package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.Stamp;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.Listener.Protocol;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Scheme;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.MatchScratch;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RouteTest;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.route.SampleView;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import io.weldr.core.testkit.SampleCertificates;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes and the protocols of listeners: https beside http, and connections whose requests weldr does not see. */
class PassthroughRoutesTest extends AppliedCommands {
    private static final ListenerName SECURE = new ListenerName("secure");
    private static final ListenerName OPAQUE = new ListenerName("opaque");
    private static final ListenerName BYTES = new ListenerName("bytes");

    @BeforeEach
    void listeners() {
        apply(new Command.RaiseClusterVersion(ClusterVersion.TLS, NOW));
        apply(new Command.PutCertificate(SampleCertificates.given("c", "a.test"), Condition.NONE, NOW));
        accepted0(put(listener(SECURE, Protocol.HTTPS, 1)), Effect.CREATED);
        accepted0(put(listener(OPAQUE, Protocol.TLS_PASSTHROUGH, 2)), Effect.CREATED);
        accepted0(put(listener(BYTES, Protocol.TCP, 3)), Effect.CREATED);
    }

    private static Listener listener(ListenerName name, Protocol protocol, int port) {
        return Listener.named(name)
                .protocol(protocol)
                .address(new HostPort("127.0.0.1", port))
                .pool(protocol == Protocol.TCP ? PoolName.DEFAULT : null)
                .tls(protocol == Protocol.HTTPS ? ListenerTls.of(new CertificateName("c")) : null)
                .build();
    }

    private Outcome put(Listener listener) {
        return apply(new Command.PutListener(listener, Condition.NONE, NOW));
    }

    private Outcome put(Draft draft) {
        return apply(new Command.PutRoute(draft.route(), Condition.NONE, state.routing(), NOW));
    }

    /** A route that may name a listener of protocol tls-passthrough, until something is said that it may not say. */
    private static final class Draft {
        private final String name;
        private final List<ListenerName> listeners;
        private RouteMatch match = RouteMatch.ANY;
        private RouteAction action = RouteAction.Forward.to(PoolName.DEFAULT);
        private RouteFilters filters = RouteFilters.NONE;
        private RouteTimeouts timeouts = RouteTimeouts.UNSET;
        private RouteRetries retries = RouteRetries.DEFAULT;
        private @Nullable RateLimit limit;
        private List<RouteTest> tests = List.of();
        private boolean ambiguous;

        Draft(String name, ListenerName... listeners) {
            this.name = name;
            this.listeners = List.of(listeners);
        }

        /** Says one thing about requests. */
        Draft with(String field) {
            HeaderEdits edits = new HeaderEdits(List.of(), List.of(), List.of("x-a"));
            switch (field) {
                case "redirect" -> action = new RouteAction.Redirect(301, Scheme.HTTPS, null, null, null);
                case "fixedResponse" -> action = new RouteAction.FixedResponse(200, "text/plain", "");
                case "splitBy" ->
                    action = new RouteAction.Forward(
                            List.of(new RouteAction.WeightedPool(PoolName.DEFAULT, 1)),
                            new RequestKey(RequestKey.Source.HEADER, "x-a"));
                case "matches" -> match = RouteMatch.prefix("/a");
                case "requestHeaders" -> filters = new RouteFilters(edits, HeaderEdits.NONE, null, null);
                case "responseHeaders" -> filters = new RouteFilters(HeaderEdits.NONE, edits, null, null);
                case "rewrite" ->
                    filters = new RouteFilters(
                            HeaderEdits.NONE, HeaderEdits.NONE, null, new PathRewrite(PathRewrite.Kind.FULL, "/b"));
                case "timeouts" -> timeouts = new RouteTimeouts(Duration.ofSeconds(1), null);
                case "retries" -> retries = new RouteRetries(2, List.of());
                case "rateLimit" ->
                    limit = new RateLimit(1, Duration.ofSeconds(1), 1, RequestKey.CLIENT_ADDRESS, RateLimit.Scope.NODE);
                case "tests" -> tests = List.of(test("https://a.test/", null));
                case "ambiguousPaths" -> ambiguous = true;
                default -> throw new AssertionError(field);
            }
            return this;
        }

        Draft tested(RouteTest test) {
            tests = List.of(test);
            return this;
        }

        Route route() {
            return new Route(
                    new RouteName(name),
                    listeners,
                    List.of(HostPattern.parse("a.test")),
                    List.of(match),
                    action,
                    filters,
                    timeouts,
                    retries,
                    limit,
                    List.of(Network.parse("10.0.0.0/8")),
                    List.of(Network.parse("10.1.0.0/16")),
                    tests,
                    ambiguous,
                    Stamp.INITIAL);
        }
    }

    private static RouteTest test(String url, @Nullable String route) {
        return new RouteTest(new SampleRequest("GET", url, List.of(), "10.0.0.1"), route, null, null);
    }

    @Test
    void aRouteMayNameAListenerWhoseConnectionsPass() {
        accepted0(put(new Draft("r", OPAQUE)), Effect.CREATED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redirect",
                "fixedResponse",
                "splitBy",
                "matches",
                "requestHeaders",
                "responseHeaders",
                "rewrite",
                "timeouts",
                "retries",
                "rateLimit",
                "tests",
                "ambiguousPaths"
            })
    void ofRequestsThatPassNothingCanBeSaid(String field) {
        Outcome outcome = put(new Draft("r", OPAQUE).with(field));
        refused(outcome, Refusal.INVALID);
        assertThat(((Refused) outcome).detail())
                .startsWith(field + ": ")
                .endsWith("because a listener of protocol tls-passthrough sees no requests)");
        accepted0(put(new Draft("r", SECURE, ListenerName.DEFAULT).with(field)), Effect.CREATED);
    }

    @Test
    void itsListenersAreAllOfThatProtocolOrNoneIs() {
        Outcome mixed = put(new Draft("r", OPAQUE, SECURE));
        refused(mixed, Refusal.INVALID);
        assertThat(((Refused) mixed).detail())
                .isEqualTo("listeners: listener opaque has the protocol tls-passthrough, and listener secure has not"
                        + " (expected: all or none of that protocol)");
        Outcome bytes = put(new Draft("r", BYTES));
        refused(bytes, Refusal.INVALID);
        assertThat(((Refused) bytes).detail()).startsWith("listeners: listener bytes has the protocol tcp");
    }

    @Test
    void aListenerThatARouteNamesKeepsWhatTheRouteSees() {
        put(new Draft("r", SECURE));
        accepted0(put(listener(SECURE, Protocol.HTTP, 1)), Effect.UPDATED);
        accepted0(put(listener(SECURE, Protocol.HTTPS, 1)), Effect.UPDATED);
        for (Protocol other : List.of(Protocol.TCP, Protocol.TLS_PASSTHROUGH)) {
            Outcome outcome = put(listener(SECURE, other, 1));
            refused(outcome, Refusal.IN_USE);
            assertThat(((Refused) outcome).detail())
                    .isEqualTo("route r names listener secure (expected: the protocol http or https as long as a route"
                            + " names it)");
        }
        put(new Draft("o", OPAQUE));
        Outcome outcome = put(listener(OPAQUE, Protocol.HTTP, 2));
        refused(outcome, Refusal.IN_USE);
        assertThat(((Refused) outcome).detail()).contains("(expected: the protocol tls-passthrough as long as");
    }

    @Test
    void aRouteThatNamesNoListenerIsForAllThatCarryRequests() {
        Route everywhere = new Draft("r").route();
        Route opaque = new Draft("o", OPAQUE).route();
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        assertThat(listeners.protocols()).containsOnlyKeys(ListenerName.DEFAULT, OPAQUE, SECURE);
        var tables = RouteTable.of(List.of(everywhere, opaque), listeners);
        SampleView request = new SampleView(new SampleRequest("GET", "https://a.test/", List.of(), null));
        assertThat(tables).containsOnlyKeys(ListenerName.DEFAULT, OPAQUE, SECURE);
        tables.forEach((name, table) -> assertThat(table.match(request, new MatchScratch()))
                .as(name.value())
                .isNotNull()
                .extracting(found -> found.route().name().value())
                .isEqualTo(name.equals(OPAQUE) ? "o" : "r"));
        assertThat(RouteTable.entries(List.of(everywhere, opaque), listeners)).isEqualTo(3);
    }

    @Test
    void twoRoutesOfOneHostAreToldApartByTheirListeners() {
        Route first = new Draft("first", OPAQUE).route();
        Route second = new Draft("second", OPAQUE).route();
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        assertThat(RouteChecks.check(
                                List.of(first, second),
                                second.name(),
                                state.pools().keySet(),
                                listeners)
                        .refusals())
                .singleElement()
                .asString()
                .contains("route first has the same hosts, path and conditions and comes first by name");
        Route requests = new Draft("second").route();
        assertThat(RouteChecks.check(
                                List.of(first, requests),
                                requests.name(),
                                state.pools().keySet(),
                                listeners)
                        .refusals())
                .isEmpty();
    }

    /** A request that is written with https comes in where TLS is spoken, if that is anywhere. */
    @Test
    void aStoredTestIsTriedWhereItsSchemeIsSpoken() {
        Route secure = new Draft("r", SECURE).route();
        Route both = new Draft("s", SECURE, ListenerName.DEFAULT)
                .tested(test("https://a.test/", "r"))
                .route();
        assertThat(failures(secure, both))
                .as("on listener secure, route r is first")
                .isEmpty();
        Route inTheClear = new Draft("s", SECURE, ListenerName.DEFAULT)
                .tested(test("http://a.test/", "r"))
                .route();
        assertThat(failures(secure, inTheClear))
                .containsExactly("route s, test 1: GET http://a.test/ on listener default takes route s"
                        + " (expected: route r)");
        Route nowhere = new Draft("s", ListenerName.DEFAULT)
                .tested(test("https://a.test/", "r"))
                .route();
        assertThat(failures(secure, nowhere)).as("it is tried nevertheless").hasSize(1);
    }

    private List<String> failures(Route... routes) {
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        return RouteChecks.check(List.of(routes), null, state.pools().keySet(), listeners)
                .refusals();
    }
}
