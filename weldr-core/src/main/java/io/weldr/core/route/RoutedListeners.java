package io.weldr.core.route;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.Listener.Protocol;
import io.weldr.core.listener.ListenerName;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The listeners to which routes apply: those whose requests they lead, and those of protocol {@code tls-passthrough},
 * whose connections they lead by the name that a client asks for. A route that names no listener is for all that carry
 * requests.
 *
 * @param protocols by name; none is {@code tcp}
 */
public record RoutedListeners(SortedMap<ListenerName, Protocol> protocols) {
    public RoutedListeners {
        SortedMap<ListenerName, Protocol> routed = new TreeMap<>(protocols);
        routed.values().removeIf(protocol -> protocol == Protocol.TCP);
        protocols = Collections.unmodifiableSortedMap(routed);
    }

    /** Those among these listeners. */
    public static RoutedListeners of(Collection<Listener> listeners) {
        SortedMap<ListenerName, Protocol> protocols = new TreeMap<>();
        listeners.forEach(listener -> protocols.put(listener.name(), listener.protocol()));
        return new RoutedListeners(protocols);
    }

    /** These, with that one in place of the one of its name. */
    public RoutedListeners with(Listener listener) {
        SortedMap<ListenerName, Protocol> next = new TreeMap<>(protocols);
        next.put(listener.name(), listener.protocol());
        return new RoutedListeners(next);
    }

    /** Whether that route leads requests or connections of that listener, which is one of these. */
    boolean leads(Route route, ListenerName listener) {
        return route.listeners().isEmpty()
                ? protocols.get(listener) != Protocol.TLS_PASSTHROUGH
                : route.listeners().contains(listener);
    }

    /** How many of these that route leads requests or connections of. */
    int ledBy(Route route) {
        int count = 0;
        for (ListenerName name : protocols.keySet()) {
            count += leads(route, name) ? 1 : 0;
        }
        return count;
    }
}
