package io.weldr.core.port;

/** Tells how this node sees the cluster. Any thread; answers from memory. */
@FunctionalInterface
public interface StatusSource {
    ClusterStatus status();
}
