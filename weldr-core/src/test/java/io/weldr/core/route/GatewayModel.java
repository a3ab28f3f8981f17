package io.weldr.core.route;

import io.weldr.core.listener.ListenerName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Routing as the Gateway API tells it, in the plainest way: keep every combination of host and match that holds, order
 * these by the list of criteria, take the first. Written on strings, and without anything that {@link RouteTable} is
 * made of.
 */
final class GatewayModel {
    private GatewayModel() {}

    private record Rule(Route route, int index, @Nullable HostPattern host) {
        RouteMatch match() {
            return route.matches().get(index);
        }
    }

    private static final Comparator<Rule> ORDER = Comparator.<Rule>comparingInt(
                    rule -> rule.host() != null && !rule.host().wildcard() ? 0 : 1)
            .thenComparingInt(
                    rule -> rule.host() == null ? 0 : -rule.host().host().length())
            .thenComparing(rule -> rule.match().path().kind())
            .thenComparingInt(rule -> rule.match().path().kind() == PathMatch.Kind.PREFIX
                    ? -rule.match().path().value().length()
                    : 0)
            .thenComparingInt(rule -> rule.match().method() == null ? 1 : 0)
            .thenComparingInt(rule -> -rule.match().headers().size())
            .thenComparingInt(rule -> -rule.match().query().size())
            .thenComparingLong(rule -> rule.route().stamp().created())
            .thenComparing(rule -> rule.route().name().value())
            .thenComparingInt(Rule::index);

    static Optional<RouteMatched> take(Collection<Route> routes, ListenerName listener, WrittenRequest request) {
        List<Rule> rules = new ArrayList<>();
        for (Route route : routes) {
            if (!route.listeners().isEmpty() && !route.listeners().contains(listener)) {
                continue;
            }
            for (int i = 0; i < route.matches().size(); i++) {
                if (route.hosts().isEmpty()) {
                    rules.add(new Rule(route, i, null));
                }
                for (HostPattern host : route.hosts()) {
                    rules.add(new Rule(route, i, host));
                }
            }
        }
        return rules.stream()
                .filter(rule -> hostHolds(rule.host(), request.host()))
                .filter(rule -> pathHolds(rule.match().path(), rule.route().ambiguousPaths(), request))
                .filter(rule ->
                        rule.match().method() == null || rule.match().method().equals(request.method()))
                .filter(rule ->
                        rule.match().headers().stream().allMatch(each -> valueHolds(each, header(request, each))))
                .filter(rule ->
                        rule.match().query().stream().allMatch(each -> valueHolds(each, parameter(request, each))))
                .min(ORDER)
                .map(rule -> new RouteMatched(rule.route(), rule.index()));
    }

    private static boolean hostHolds(@Nullable HostPattern pattern, String authority) {
        if (pattern == null) {
            return true;
        }
        String host = authority.startsWith("[")
                ? authority.substring(1, authority.indexOf(']'))
                : authority.replaceFirst(":.*", "").replaceFirst("\\.$", "");
        host = host.toLowerCase(Locale.ROOT);
        return pattern.wildcard()
                ? host.endsWith("." + pattern.host())
                        && host.length() > pattern.host().length() + 1
                : host.equals(pattern.host());
    }

    private static boolean pathHolds(PathMatch match, boolean ambiguousPaths, WrittenRequest request) {
        boolean asterisk = request.path().equals("*")
                || (request.path().isEmpty()
                        && request.query() == null
                        && request.method().equals("OPTIONS"));
        if (asterisk) {
            return match.equals(PathMatch.ANY);
        }
        String raw = request.path().isEmpty() ? "/" : request.path();
        String path = normal(raw);
        if (path == null) {
            if (!ambiguousPaths) {
                return false;
            }
            path = raw;
        }
        return switch (match.kind()) {
            case EXACT -> path.equals(match.value());
            case PREFIX ->
                match.value().equals("/") || path.equals(match.value()) || path.startsWith(match.value() + "/");
            case REGEX -> Pattern.compile(match.value()).matcher(path).matches();
        };
    }

    /** The rule of {@link Paths}, written another time: decode, then look at the segments. */
    static @Nullable String normal(String path) {
        if (!path.matches("([!-~&&[^%\\\\?#]]|%[0-9a-fA-F]{2})*") || path.matches("(?i).*%(2f|5c).*")) {
            return null;
        }
        String decoded = Pattern.compile("%..").matcher(path).replaceAll(escape -> {
            char octet = (char) Integer.parseInt(escape.group().substring(1), 16);
            boolean unreserved = String.valueOf(octet).matches("[A-Za-z0-9._~-]");
            return unreserved ? String.valueOf(octet) : escape.group().toUpperCase(Locale.ROOT);
        });
        List<String> segments = Arrays.asList(decoded.split("/", -1));
        boolean changes = segments.contains(".")
                || segments.contains("..")
                || (segments.size() > 2
                        && segments.subList(1, segments.size() - 1).contains(""));
        return changes || decoded.startsWith("//") ? null : decoded;
    }

    private static boolean valueHolds(ValueMatch match, @Nullable String value) {
        return value != null
                && (match.kind() == ValueMatch.Kind.EXACT
                        ? value.equals(match.value())
                        : Pattern.compile(match.value()).matcher(value).matches());
    }

    private static @Nullable String header(WrittenRequest request, ValueMatch match) {
        List<String> values = request.headers().stream()
                .filter(pair -> pair[0].equalsIgnoreCase(match.name()))
                .map(pair -> pair[1])
                .toList();
        return values.isEmpty() ? null : values.stream().collect(Collectors.joining(", "));
    }

    private static @Nullable String parameter(WrittenRequest request, ValueMatch match) {
        if (request.query() == null) {
            return null;
        }
        for (String parameter : request.query().split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            if (decoded(parts[0]).equals(match.name())) {
                return parts.length == 1 ? "" : decoded(parts[1]);
            }
        }
        return null;
    }

    private static String decoded(String text) {
        return Pattern.compile("%[0-9a-fA-F]{2}")
                .matcher(text)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(escape.group().substring(1), 16))));
    }
}
