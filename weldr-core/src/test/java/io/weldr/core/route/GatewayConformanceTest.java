package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.Stamp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What {@code gateway-conformance.txt} says. The file explains itself. */
class GatewayConformanceTest {
    private final MatchScratch scratch = new MatchScratch();

    @TestFactory
    Stream<DynamicNode> routesDoAsTheGatewayApiAsks() throws IOException {
        List<DynamicNode> suites = new ArrayList<>();
        try (BufferedReader file = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("gateway-conformance.txt")),
                StandardCharsets.UTF_8))) {
            Suite suite = null;
            for (String line : file.lines().toList()) {
                String[] words = line.strip().split(" +");
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (words[0].equals("suite")) {
                    suite = new Suite();
                    suites.add(DynamicContainer.dynamicContainer(words[1], suite.tests));
                } else {
                    Objects.requireNonNull(suite, "a suite before " + line).read(line.strip(), words);
                }
            }
        }
        assertThat(suites).hasSize(19);
        return suites.stream();
    }

    /** A route as far as it was read. */
    private static final class Draft {
        private final String name;
        private final List<HostPattern> hosts;
        private final List<RouteMatch> matches = new ArrayList<>();
        private RouteAction action = RouteAction.Forward.to(PoolName.DEFAULT);
        private RouteFilters filters = RouteFilters.NONE;

        Draft(String[] words) {
            name = words[1];
            hosts = Arrays.stream(words).skip(2).map(HostPattern::parse).toList();
        }

        void read(String[] words) {
            PathMatch path = PathMatch.ANY;
            PathRewrite rewrite = null;
            String method = null;
            String scheme = null;
            String host = null;
            Integer port = null;
            List<ValueMatch> headers = new ArrayList<>();
            List<ValueMatch> query = new ArrayList<>();
            for (String word : words) {
                String key = word.replaceFirst("=.*", "");
                String value = word.substring(Math.min(word.length(), key.length() + 1));
                switch (key) {
                    case "prefix", "exact", "regex", "full" -> {
                        if (words[0].equals("match")) {
                            path = new PathMatch(PathMatch.Kind.valueOf(key.toUpperCase(Locale.ROOT)), value);
                        } else {
                            rewrite = new PathRewrite(PathRewrite.Kind.valueOf(key.toUpperCase(Locale.ROOT)), value);
                        }
                    }
                    case "method" -> method = value;
                    case "header" -> headers.add(valueMatch(value));
                    case "query" -> query.add(valueMatch(value));
                    case "scheme" -> scheme = value;
                    case "host" -> host = value;
                    case "port" -> port = Integer.valueOf(value);
                    default -> assertThat(word).matches("match|redirect|rewrite|30[0-9]");
                }
            }
            switch (words[0]) {
                case "match" -> matches.add(new RouteMatch(path, method, headers, query));
                case "redirect" ->
                    action = new RouteAction.Redirect(
                            Integer.parseInt(words[1]), scheme == null ? null : scheme(scheme), host, port, rewrite);
                default -> filters = new RouteFilters(HeaderEdits.NONE, HeaderEdits.NONE, host, rewrite);
            }
        }

        private static ValueMatch valueMatch(String text) {
            String[] parts = text.split(":", 2);
            return new ValueMatch(parts[0], ValueMatch.Kind.EXACT, parts[1]);
        }

        Route finish(int age) {
            return new Route(
                    new RouteName(name),
                    List.of(),
                    hosts,
                    matches,
                    action,
                    filters,
                    RouteTimeouts.UNSET,
                    RouteRetries.DEFAULT,
                    null,
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    new Stamp(age, age));
        }
    }

    private static Scheme scheme(String text) {
        return Scheme.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private final class Suite {
        private final List<DynamicTest> tests = new ArrayList<>();
        private final List<Draft> drafts = new ArrayList<>();

        void read(String line, String[] words) {
            switch (words[0]) {
                case "route" -> drafts.add(new Draft(words));
                case "match", "redirect", "rewrite" ->
                    drafts.get(drafts.size() - 1).read(words);
                default -> tests.add(DynamicTest.dynamicTest(line, () -> run(line)));
            }
        }

        private void run(String line) {
            List<Route> routes = new ArrayList<>();
            drafts.forEach(draft -> routes.add(draft.finish(1 + routes.size())));
            RouteTable table = RouteTable.of(routes, ListenerName.DEFAULT);
            String[] parts = line.split(" -> ", 2);
            String[] words = parts[0].split(" ");
            List<HeaderEdits.HeaderValue> headers = Arrays.stream(words)
                    .skip(2)
                    .map(word -> word.split(":", 2))
                    .map(pair -> new HeaderEdits.HeaderValue(pair[0], pair[1]))
                    .toList();
            RequestView view = new SampleView(new RouteTest.SampleRequest(words[0], words[1], headers, null));
            RouteMatched matched = table.match(view, scratch);
            Scheme scheme = scheme(words[1].replaceFirst(":.*", ""));
            assertThat(result(matched, view, scheme, parts[1].contains(" "))).isEqualTo(parts[1]);
            assertThat(table.explain(view).winner()).isEqualTo(matched);
        }

        private String result(@Nullable RouteMatched matched, RequestView view, Scheme scheme, boolean more) {
            if (matched == null) {
                return "404";
            }
            String name = matched.route().name().value();
            if (matched.route().action() instanceof RouteAction.Redirect redirect) {
                return name + " " + redirect.status() + " " + Actions.location(redirect, matched, view, scheme);
            }
            String host = matched.route().filters().rewriteHost();
            return !more ? name : name + (host == null ? "" : " host=" + host) + " " + Actions.target(matched, view);
        }
    }
}
