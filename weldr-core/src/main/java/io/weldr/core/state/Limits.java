package io.weldr.core.state;

import io.weldr.core.Check;

/**
 * How large the state may become. The leader writes its limits into each entry of the log, and {@link ClusterState#apply} checks against
 * those: members of two versions with different limits decide alike.
 *
 * @param originsMax origins in one pool, at least 1
 * @param membersMax members that announced themselves, at least 1
 */
public record Limits(int originsMax, int membersMax) {
    /** The limits of entries that name none, for ever: these entries were written when there was no other limit. */
    public static final Limits INITIAL = new Limits(1024, 16);

    /**
     * The limits of this program. A node lays out the order over 1024 origins in milliseconds, on a thread of its own.
     * Raft with more than a handful of voters is slower and not safer; 16 leave room for replacements.
     */
    public static final Limits CURRENT = new Limits(1024, 16);

    public Limits {
        Check.inRange("origins limit", originsMax, 1, Integer.MAX_VALUE);
        Check.inRange("members limit", membersMax, 1, Integer.MAX_VALUE);
    }
}
