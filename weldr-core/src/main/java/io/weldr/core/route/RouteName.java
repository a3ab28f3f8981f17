package io.weldr.core.route;

import io.weldr.core.Names;

/** The name of a route: 1 to 64 letters, digits, {@code -}, {@code _} or {@code .}. */
public record RouteName(String value) implements Comparable<RouteName> {
    /** The route that every cluster has from its beginning. */
    public static final RouteName DEFAULT = new RouteName("default");

    public RouteName {
        Names.checkInPath("route", value);
    }

    @Override
    public int compareTo(RouteName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
