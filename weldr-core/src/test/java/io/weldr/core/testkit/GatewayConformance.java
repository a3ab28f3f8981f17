package io.weldr.core.testkit;

import static java.util.Objects.requireNonNull;

import io.weldr.core.pool.Scheme;
import io.weldr.core.route.HeaderEdits.HeaderValue;
import io.weldr.core.route.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code gateway-conformance.txt} says. The file explains itself. A route that forwards leads to a pool of its own
 * name.
 */
public final class GatewayConformance {
    /** How many the file has: a suite that got lost is noticed. */
    public static final int SUITES = 21;

    private GatewayConformance() {}

    /** Routes, each younger than the one before, and what requests come to. */
    public record Suite(String name, List<Route> routes, List<Case> cases) {}

    /**
     * A request and what comes of it.
     *
     * @param line as it stands in the file
     * @param route that takes the request; null: none, so that it is answered 404
     * @param redirect its answer, for a route that redirects
     * @param sentHost {@code Host} that the origin gets; null: that of the request, or not said
     * @param sentTarget that the origin gets; null: not said
     * @param received fields that the origin gets in another form than they came, by name; empty: it gets none
     * @param answered fields of the origin's response
     * @param returned fields of the response that the client gets in another form; empty: it gets none
     */
    public record Case(
            String line,
            String method,
            String url,
            List<HeaderValue> headers,
            @Nullable String route,
            @Nullable Redirect redirect,
            @Nullable String sentHost,
            @Nullable String sentTarget,
            Map<String, Optional<String>> received,
            List<HeaderValue> answered,
            Map<String, Optional<String>> returned) {

        /** The scheme of the URL. */
        public Scheme scheme() {
            return RouteDraft.scheme(url.replaceFirst(":.*", ""));
        }

        @Override
        public String toString() {
            return line;
        }
    }

    /** An answer that weldr gives itself. */
    public record Redirect(int status, String location) {}

    /** Reads the file. */
    public static List<Suite> read() throws IOException {
        List<Suite> suites = new ArrayList<>();
        try (BufferedReader file = new BufferedReader(new InputStreamReader(
                requireNonNull(GatewayConformance.class.getResourceAsStream("gateway-conformance.txt")),
                StandardCharsets.UTF_8))) {
            SuiteDraft suite = null;
            for (String line : file.lines().map(String::strip).toList()) {
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith("suite ")) {
                    if (suite != null) {
                        suites.add(suite.finish());
                    }
                    suite = new SuiteDraft(line.substring("suite ".length()));
                } else {
                    requireNonNull(suite, "a suite before " + line).read(line);
                }
            }
            suites.add(requireNonNull(suite, "a suite").finish());
        }
        if (suites.size() != SUITES) {
            throw new AssertionError(suites.size() + " suites (expected: " + SUITES + ")");
        }
        return suites;
    }

    /** A suite as far as it was read. */
    private static final class SuiteDraft {
        private final String name;
        private final List<RouteDraft> routes = new ArrayList<>();
        private final List<CaseDraft> cases = new ArrayList<>();

        SuiteDraft(String name) {
            this.name = name;
        }

        void read(String line) {
            String[] words = line.split(" +");
            switch (words[0]) {
                case "route" -> routes.add(new RouteDraft(words));
                case "match", "redirect", "rewrite", "request", "response" ->
                    routes.get(routes.size() - 1).read(words);
                case "received", "answered", "returned" ->
                    cases.get(cases.size() - 1).read(words);
                default -> cases.add(new CaseDraft(line));
            }
        }

        Suite finish() {
            List<Route> finished = new ArrayList<>();
            routes.forEach(route -> finished.add(route.finish(1 + finished.size())));
            return new Suite(
                    name,
                    List.copyOf(finished),
                    cases.stream().map(CaseDraft::finish).toList());
        }
    }

    /** A request as far as it was read. */
    private static final class CaseDraft {
        private final String line;
        private final Map<String, Optional<String>> received = new LinkedHashMap<>();
        private final List<HeaderValue> answered = new ArrayList<>();
        private final Map<String, Optional<String>> returned = new LinkedHashMap<>();

        CaseDraft(String line) {
            this.line = line;
        }

        void read(String[] words) {
            for (String word : List.of(words).subList(1, words.length)) {
                switch (words[0]) {
                    case "received" -> expect(received, word);
                    case "returned" -> expect(returned, word);
                    default -> answered.add(field(word));
                }
            }
        }

        private static void expect(Map<String, Optional<String>> fields, String word) {
            String[] pair = word.split(":", 2);
            fields.put(pair[0].toLowerCase(Locale.ROOT), pair.length == 1 ? Optional.empty() : Optional.of(pair[1]));
        }

        private static HeaderValue field(String word) {
            String[] pair = word.split(":", 2);
            return new HeaderValue(pair[0], pair[1]);
        }

        Case finish() {
            String[] sides = line.split(" -> ", 2);
            String[] request = sides[0].split(" +");
            List<String> result = new ArrayList<>(Arrays.asList(sides[1].split(" +")));
            String route = result.remove(0);
            Redirect redirect = null;
            String host = null;
            String target = null;
            if (!result.isEmpty() && result.get(0).matches("30[0-9]")) {
                redirect = new Redirect(Integer.parseInt(result.get(0)), result.get(1));
            } else {
                for (String word : result) {
                    if (word.startsWith("host=")) {
                        host = word.substring("host=".length());
                    } else {
                        target = word;
                    }
                }
            }
            return new Case(
                    line,
                    request[0],
                    request[1],
                    Stream.of(request).skip(2).map(CaseDraft::field).toList(),
                    route.equals("404") ? null : route,
                    redirect,
                    host,
                    target,
                    Map.copyOf(received),
                    List.copyOf(answered),
                    Map.copyOf(returned));
        }
    }
}
