package io.weldr.core.route;

import io.weldr.core.listener.ListenerName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which matches no request can reach, because other routes take all of these requests first. It finds what can be
 * decided by comparing conditions, and says nothing of expressions that happen to cover others.
 */
final class Reach {
    private static final int PLACES_NAMED_MAX = 3;

    private final List<CompiledMatch> all;
    private final RoutedListeners listeners;

    /**
     * @param all matches of all routes, in the order of precedence
     * @param listeners that exist
     */
    Reach(List<CompiledMatch> all, RoutedListeners listeners) {
        this.all = all;
        this.listeners = listeners;
    }

    /**
     * Where requests come to a route.
     *
     * @param host null: any
     */
    private record Place(ListenerName listener, @Nullable HostPattern host) {
        @Override
        public String toString() {
            return (host == null ? "any host" : "host " + host) + " on listener " + listener;
        }
    }

    private boolean isServed(Place place, Route route) {
        HostPattern host = place.host();
        return listeners.leads(route, place.listener())
                && (host == null ? route.hosts().isEmpty() : route.hosts().contains(host));
    }

    private List<Place> places(Route route) {
        List<Place> places = new ArrayList<>();
        for (ListenerName listener : listeners.protocols().keySet()) {
            if (listeners.leads(route, listener)) {
                route.hosts().forEach(host -> places.add(new Place(listener, host)));
                if (route.hosts().isEmpty()) {
                    places.add(new Place(listener, null));
                }
            }
        }
        return places;
    }

    /** Adds what can be said of the matches of a route, and of what it takes from others. */
    void check(Route route, List<String> refusals, List<String> warnings) {
        if (places(route).isEmpty()) {
            warnings.add("listeners: no listener leads requests to route " + route.name());
            return;
        }
        for (int i = 0; i < all.size(); i++) {
            CompiledMatch match = all.get(i);
            if (match.route().name().equals(route.name())) {
                checkTaken(match, i, refusals, warnings);
                checkTaking(match, i, warnings);
            }
        }
    }

    /** Looks for routes that take what this match is for. */
    private void checkTaken(CompiledMatch match, int at, List<String> refusals, List<String> warnings) {
        String field = "matches[" + match.index() + "]: ";
        List<Place> open = places(match.route());
        List<Place> taken = new ArrayList<>();
        List<CompiledMatch> takers = new ArrayList<>();
        for (CompiledMatch other : all.subList(0, at)) {
            if (!other.isImpliedBy(match)) {
                continue;
            }
            if (other.route().name().equals(match.route().name())) {
                warnings.add(
                        field + "matches[" + other.index() + "] of the same route takes all of its requests first");
                continue;
            }
            List<Place> served = open.stream()
                    .filter(place -> isServed(place, other.route()))
                    .toList();
            if (!served.isEmpty()) {
                taken.addAll(served);
                open.removeAll(served);
                takers.add(other);
            }
        }
        if (takers.isEmpty()) {
            return;
        }
        if (open.isEmpty()) {
            refusals.add(field + why(takers, match, "the same hosts, ")
                    + " (expected: a match that no other route takes first)");
        } else {
            warnings.add(field + "for " + some(taken) + ", " + why(takers, match, "the same "));
        }
    }

    /** Looks for matches of other routes that this match leaves nothing to. */
    private void checkTaking(CompiledMatch match, int at, List<String> warnings) {
        for (CompiledMatch other : all.subList(at + 1, all.size())) {
            if (!other.route().name().equals(match.route().name()) && match.isImpliedBy(other)) {
                List<Place> places = places(other.route());
                if (!places.isEmpty() && places.stream().allMatch(place -> isServed(place, match.route()))) {
                    warnings.add("route " + other.route().name() + ", matches[" + other.index()
                            + "]: gets no requests, because " + why(List.of(match), other, "the same hosts, "));
                }
            }
        }
    }

    /** @param same begins with what is the same besides the path */
    private static String why(List<CompiledMatch> takers, CompiledMatch match, String same) {
        if (takers.size() > 1) {
            return "routes " + takers.get(0).route().name() + " and "
                    + takers.get(1).route().name()
                    + (takers.size() > 2 ? " and " + (takers.size() - 2) + " more" : "")
                    + " together take all of its requests first";
        }
        CompiledMatch taker = takers.get(0);
        String route = "route " + taker.route().name();
        Precedence decides =
                Precedence.between(new Precedence.Candidate(null, taker), new Precedence.Candidate(null, match));
        if (decides == Precedence.PATH) {
            return route + " takes every path, and a prefix goes before an expression";
        }
        String reason = decides == Precedence.AGE ? "is older" : "comes first by name";
        return taker.match().equals(match.match())
                ? route + " has " + same + "path and conditions and " + reason
                : route + " has " + same + "path and takes all of its requests, and " + reason;
    }

    private static String some(List<Place> places) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(places.size(), PLACES_NAMED_MAX); i++) {
            text.append(i == 0 ? "" : ", ").append(places.get(i));
        }
        int more = places.size() - PLACES_NAMED_MAX;
        return text.append(more > 0 ? " and " + more + " more" : "").toString();
    }
}
