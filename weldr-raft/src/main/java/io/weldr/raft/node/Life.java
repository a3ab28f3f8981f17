package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a node is in its life. What survives the process is in {@link #identity}; the rest is learned anew. Immutable.
 *
 * @param identity as the data folder has it
 * @param broken what is wrong with the log; null if it can be used
 * @param told members, as the latest answers told
 * @param unansweredSinceNanos since when no member has answered while this node was to form a cluster alone; null: one
 *     has, or it was not
 * @param waitingFor what it waits for, for people; null if for nothing
 * @param removal that it was taken out; null as far as it knows that it was not
 * @param watch what a member remembers of its watch over itself
 */
public record Life(
        Identity identity,
        @Nullable Broken broken,
        Set<HostPort> told,
        @Nullable Long unansweredSinceNanos,
        @Nullable String waitingFor,
        @Nullable Removal removal,
        MemberWatch.Memory watch) {

    /** Where a node stands in its cluster. */
    public enum Stage {
        /** Belongs to no cluster: it looks for one, or for the others that are to form one with it. */
        EMPTY,
        /** Is one of those that form a cluster; its log does not hold the members yet. */
        FORMING,
        /** Waits for its cluster to take it in. */
        JOINING,
        /** Its log tells who the members are. */
        MEMBER,
        /** Its log cannot be used. It is closed, and kept until the cluster can do without it. */
        BROKEN,
        /** Was taken out of its cluster, for good. */
        REMOVED
    }

    /**
     * A log that cannot be used, or not be gone on with.
     *
     * @param votes whether this node may vote by it all the same
     */
    public record Broken(String why, boolean votes) {}

    /**
     * That a node was taken out.
     *
     * @param cluster of which
     * @param drain how long it is to go on proxying; null: as it is set to
     */
    public record Removal(UUID cluster, @Nullable Duration drain) {}

    public Life {
        told = Set.copyOf(told);
    }

    /** As a process finds it in its folder. */
    static Life of(Identity identity) {
        UUID group = identity.group();
        return new Life(
                identity,
                null,
                Set.of(),
                null,
                null,
                identity.standing() == Identity.Standing.REMOVED && group != null
                        ? new Removal(group, Duration.ZERO) // long ago: whoever it proxied for has gone
                        : null,
                MemberWatch.Memory.NONE);
    }

    public Stage stage() {
        if (broken != null) {
            return Stage.BROKEN;
        }
        return switch (identity.standing()) {
            case EMPTY -> Stage.EMPTY;
            case FORMING -> Stage.FORMING;
            case JOINING -> Stage.JOINING;
            case MEMBER -> Stage.MEMBER;
            case REMOVED -> Stage.REMOVED;
        };
    }

    /** The same with another identity, and whatever was learned for the one before forgotten. */
    Life become(Identity next) {
        return new Life(next, null, Set.of(), null, null, removal, watch);
    }

    /** Taken out. */
    Life leave(Removal found) {
        return new Life(identity.removed(), null, Set.of(), null, null, found, watch);
    }

    Life breaking(@Nullable Broken what) {
        return new Life(identity, what, told, unansweredSinceNanos, waitingFor, removal, watch);
    }

    Life waitingFor(@Nullable String what) {
        return new Life(identity, broken, told, unansweredSinceNanos, what, removal, watch);
    }

    Life told(Set<HostPort> members) {
        return new Life(identity, broken, members, unansweredSinceNanos, waitingFor, removal, watch);
    }

    Life unansweredSince(@Nullable Long nanos) {
        return new Life(identity, broken, told, nanos, waitingFor, removal, watch);
    }

    Life watching(MemberWatch.Memory next) {
        return new Life(identity, broken, told, unansweredSinceNanos, waitingFor, removal, next);
    }
}
