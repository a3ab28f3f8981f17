package io.weldr.core.route;

/**
 * The route that takes a request, and by which of its matches.
 *
 * @param index place of the match among {@link Route#matches}, from 0
 */
public record RouteMatched(Route route, int index) {
    /** The match that held: its prefix is what a rewrite of the path replaces. */
    public RouteMatch match() {
        return route.matches().get(index);
    }
}
