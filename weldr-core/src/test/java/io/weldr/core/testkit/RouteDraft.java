package io.weldr.core.testkit;

import io.weldr.core.Stamp;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HeaderEdits.HeaderValue;
import io.weldr.core.route.HostPattern;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.ValueMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A route as far as it was read from {@code gateway-conformance.txt}. */
final class RouteDraft {
    private final String name;
    private final List<HostPattern> hosts;
    private final List<RouteMatch> matches = new ArrayList<>();
    private RouteAction.@Nullable Redirect redirect;
    private HeaderEdits request = HeaderEdits.NONE;
    private HeaderEdits response = HeaderEdits.NONE;
    private @Nullable String rewriteHost;
    private @Nullable PathRewrite rewritePath;

    RouteDraft(String[] words) {
        name = words[1];
        hosts = Arrays.stream(words).skip(2).map(HostPattern::parse).toList();
    }

    /** A line of the route: a match, a redirect, or a filter. */
    void read(String[] words) {
        Line line = new Line(words);
        switch (words[0]) {
            case "match" -> matches.add(line.match());
            case "redirect" -> redirect = line.redirect(Integer.parseInt(words[1]));
            case "request" -> request = line.edits();
            case "response" -> response = line.edits();
            default -> {
                rewriteHost = line.first("host");
                rewritePath = line.rewrite();
            }
        }
    }

    Route finish(int age) {
        return new Route(
                new RouteName(name),
                List.of(),
                hosts,
                matches,
                redirect == null ? RouteAction.Forward.to(new PoolName(name)) : redirect,
                new RouteFilters(request, response, rewriteHost, rewritePath),
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(),
                false,
                new Stamp(age, age));
    }

    static Scheme scheme(String text) {
        return Scheme.valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** The words {@code KEY=VALUE} of a line. */
    private record Line(List<String[]> pairs) {
        Line(String[] words) {
            this(Arrays.stream(words)
                    .filter(word -> word.contains("="))
                    .map(word -> word.split("=", 2))
                    .toList());
            for (String word : words) {
                if (!word.matches("[a-z]+|30[0-9]|(prefix|exact|regex|full|method|scheme|host|port|header|query|set|add"
                        + "|remove)=.*")) {
                    throw new AssertionError("\"" + word + "\" is no word of a route");
                }
            }
        }

        @Nullable String first(String key) {
            return all(key).stream().findFirst().orElse(null);
        }

        private List<String> all(String key) {
            return pairs.stream()
                    .filter(pair -> pair[0].equals(key))
                    .map(pair -> pair[1])
                    .toList();
        }

        RouteMatch match() {
            PathMatch path = PathMatch.ANY;
            for (PathMatch.Kind kind : PathMatch.Kind.values()) {
                String value = first(kind.name().toLowerCase(Locale.ROOT));
                path = value == null ? path : new PathMatch(kind, value);
            }
            return new RouteMatch(path, first("method"), values("header"), values("query"));
        }

        private List<ValueMatch> values(String key) {
            return all(key).stream()
                    .map(text -> text.split(":", 2))
                    .map(pair -> new ValueMatch(pair[0], ValueMatch.Kind.EXACT, pair[1]))
                    .toList();
        }

        RouteAction.Redirect redirect(int status) {
            String scheme = first("scheme");
            String port = first("port");
            return new RouteAction.Redirect(
                    status,
                    scheme == null ? null : scheme(scheme),
                    first("host"),
                    port == null ? null : Integer.valueOf(port),
                    rewrite());
        }

        @Nullable PathRewrite rewrite() {
            for (PathRewrite.Kind kind : PathRewrite.Kind.values()) {
                String value = first(kind.name().toLowerCase(Locale.ROOT));
                if (value != null) {
                    return new PathRewrite(kind, value);
                }
            }
            return null;
        }

        HeaderEdits edits() {
            return new HeaderEdits(fields("set"), fields("add"), all("remove"));
        }

        private List<HeaderValue> fields(String key) {
            return all(key).stream()
                    .map(text -> text.split(":", 2))
                    .map(pair -> new HeaderValue(pair[0], pair[1]))
                    .toList();
        }
    }
}
