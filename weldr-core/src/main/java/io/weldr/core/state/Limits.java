package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.route.RouteTable;

/**
 * The limits of the replicated state. The leader writes its limits into each entry of the log, and {@link
 * ClusterState#apply} checks against those: members of two versions with different limits decide alike.
 *
 * @param originsMax origins in one pool, at least 1
 * @param membersMax members that announced themselves, at least 1
 * @param poolsMax at least 1, as those below
 * @param routesMax routes
 * @param listenersMax listeners
 * @param originsTotalMax origins in all pools
 * @param routeEntriesMax pairs of a host and a match in the tables of all listeners, see {@link RouteTable#entries}.
 *     Checked where a listener is written; a route is checked by the leader
 * @param certificatesMax certificates
 * @param tokensMax tokens
 */
public record Limits(
        int originsMax,
        int membersMax,
        int poolsMax,
        int routesMax,
        int listenersMax,
        int originsTotalMax,
        int routeEntriesMax,
        int certificatesMax,
        int tokensMax) {
    /** The limits of entries that name none, for ever: these entries were written when there was no other limit. */
    public static final Limits INITIAL = new Limits(1024, 16, 256, 4096, 64, 16_384, 262_144, 256, 1024);

    /**
     * The limits of this program. A node lays out the order over 1024 origins in milliseconds, on a thread of its own.
     * Raft with more than a handful of voters is slower and not safer; 16 leave room for replacements. Each listener
     * takes a socket of every worker. 256 certificates take up to 22 MiB of a snapshot, 1024 tokens some 150 KB. The
     * state with all of it full, its snapshot and what a worker makes of it are measured in {@code
     * docs/reference/limits.md}.
     */
    public static final Limits CURRENT = INITIAL;

    public Limits {
        checkLeast("origins limit", originsMax);
        checkLeast("members limit", membersMax);
        checkLeast("pools limit", poolsMax);
        checkLeast("routes limit", routesMax);
        checkLeast("listeners limit", listenersMax);
        checkLeast("total origins limit", originsTotalMax);
        checkLeast("route entries limit", routeEntriesMax);
        checkLeast("certificates limit", certificatesMax);
        checkLeast("tokens limit", tokensMax);
    }

    private static void checkLeast(String name, int value) {
        Check.inRange(name, value, 1, Integer.MAX_VALUE);
    }

    /** The initial limits with other numbers of origins in a pool and of members. */
    public Limits(int originsMax, int membersMax) {
        this(originsMax, membersMax, 256, 4096, 64, 16_384, 262_144, 256, 1024);
    }
}
