package io.weldr.api.admin;

import io.weldr.core.state.ClusterState;
import java.util.List;

/** What is odd about a resource that was written, though it is valid: a route that no request can reach, for example. */
final class Warnings {
    private Warnings() {}

    /**
     * What to tell about that resource, in sentences for people.
     *
     * @param state that holds it
     */
    static List<String> of(ResourceEntry written, ClusterState state) {
        return List.of();
    }
}
