package io.weldr.core.port;

/** Tells what this node has proxied. Any thread; merges counters, takes microseconds. */
@FunctionalInterface
public interface TrafficSource {
    Traffic traffic();
}
