package io.weldr.core.listener;

import io.weldr.core.Names;

/** The name of a listener: 1 to 64 letters, digits, {@code -}, {@code _} or {@code .}. */
public record ListenerName(String value) implements Comparable<ListenerName> {
    /** The listener that always exists: each node binds it to its own {@code proxy-address}. */
    public static final ListenerName DEFAULT = new ListenerName("default");

    public ListenerName {
        Names.checkInPath("listener", value);
    }

    @Override
    public int compareTo(ListenerName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
