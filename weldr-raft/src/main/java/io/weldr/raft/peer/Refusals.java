package io.weldr.raft.peer;

import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log who is refused at the Raft port and why, once for each peer and cause: a node with another secret
 * tries several times a second. Thread safe.
 */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    /** When there are more, the first ones may be told again. */
    private static final int TOLD_MAX = 256;

    private record Told(String peer, String cause) {}

    private final Set<Told> told = new LinkedHashSet<>(); // guarded by this

    /**
     * Tells it, unless it was told.
     *
     * @param peer its name or its address
     * @param cause for people; without anything that changes from time to time
     */
    void tell(String peer, String cause) {
        synchronized (this) {
            if (!told.add(new Told(peer, cause))) {
                return;
            }
            if (told.size() > TOLD_MAX) {
                told.remove(told.iterator().next());
            }
        }
        LOG.warn("No connection between members, this node and {}: {}", peer, cause);
    }
}
