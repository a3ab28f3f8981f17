package io.weldr.testserver;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What each path does: the table that requests are looked up in, and that {@code GET /routes} prints. The answers
 * themselves are in {@link GoodRoutes} and {@link BadRoutes}. Immutable.
 */
final class Routes {
    /** When a route is asked to answer. */
    enum Timing {
        /** As soon as the head is there; the route sees to the body. */
        HEAD,
        /** When the body has been read and dropped: what most origins do. */
        BODY_END
    }

    @FunctionalInterface
    interface Handler {
        /**
         * Answers, now or later.
         *
         * @throws Target.BadRequest if a part of the path or the query is not what the route expects
         */
        void handle(Exchange exchange);
    }

    /**
     * One line of the table.
     *
     * @param methods empty means any
     * @param template segments in braces match anything
     * @param about for people
     */
    record Route(Set<String> methods, String template, String about, Timing timing, Handler handler) {
        boolean takes(HttpMethod method) {
            return methods.isEmpty() || methods.contains(method.name());
        }

        /** The arguments, or null if the path is another. */
        @Nullable List<String> arguments(String[] path) {
            String[] segments = template.split("/", -1);
            if (segments.length != path.length) {
                return null;
            }
            List<String> arguments = new ArrayList<>();
            for (int i = 0; i < segments.length; i++) {
                if (segments[i].startsWith("{")) {
                    arguments.add(path[i]);
                } else if (!segments[i].equals(path[i])) {
                    return null;
                }
            }
            return arguments;
        }
    }

    record Match(Route route, List<String> arguments) {}

    static final Set<String> GET = Set.of("GET", "HEAD");
    static final Set<String> PUT = Set.of("PUT", "POST");
    static final Set<String> ANY = Set.of();

    private final List<Route> table = new ArrayList<>();
    private final Map<String, Match> plain = new HashMap<>(); // path without arguments, any method

    Routes(Behaviour behaviour, Received received) {
        GoodRoutes.addTo(this, behaviour, received);
        BadRoutes.addTo(this);
        add(GET, "/routes", "this list", e -> e.text(200, list()));
        for (Route route : table) {
            if (!route.template().contains("{") && route.methods().isEmpty()) {
                plain.put(route.template(), new Match(route, List.of()));
            }
        }
    }

    void add(Set<String> methods, String template, String about, Handler handler) {
        table.add(new Route(methods, template, about, Timing.BODY_END, handler));
    }

    void addAtHead(Set<String> methods, String template, String about, Handler handler) {
        table.add(new Route(methods, template, about, Timing.HEAD, handler));
    }

    /** Always finds something: a request that no route takes gets 404 or 405. */
    Match match(HttpMethod method, String path) {
        Match direct = plain.get(path);
        if (direct != null) {
            return direct;
        }
        String[] segments = path.split("/", -1);
        Set<String> allowed = new TreeSet<>();
        for (Route route : table) {
            List<String> arguments = route.arguments(segments);
            if (arguments != null) {
                if (route.takes(method)) {
                    return new Match(route, arguments);
                }
                allowed.addAll(route.methods());
            }
        }
        if (path.equals("*")) {
            return answer(exchange -> exchange.text(200, ""));
        }
        return allowed.isEmpty()
                ? answer(exchange -> exchange.text(404, path + ": no such route (expected: one of these)\n\n" + list()))
                : answer(exchange -> notAllowed(exchange, allowed));
    }

    String list() {
        StringBuilder list = new StringBuilder();
        for (Route route : table) {
            String methods = route.methods().isEmpty() ? "any" : String.join("|", new TreeSet<>(route.methods()));
            list.append(String.format("%-9s %-30s %s%n", methods, route.template(), route.about()));
        }
        list.append("\nkinds of /odd/{kind}: ")
                .append(String.join(
                        " ",
                        Arrays.stream(OddAnswer.values()).map(OddAnswer::kind).toList()))
                .append('\n');
        return list.toString();
    }

    private static Match answer(Handler handler) {
        return new Match(new Route(ANY, "", "", Timing.BODY_END, handler), List.of());
    }

    private static void notAllowed(Exchange exchange, Set<String> allowed) {
        HttpResponse response = exchange.head(405, "text/plain; charset=utf-8");
        response.headers().set(HttpHeaderNames.ALLOW, String.join(", ", allowed));
        exchange.begin(response, Exchange.Framing.LENGTH, 0);
        exchange.end();
    }
}
