package io.weldr.core.state;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One wish to change the cluster's state. Commands carry the time at which they were made, and what they expect of the
 * state, so that applying them needs nothing else. What each does is in {@link OriginCommands} and {@link MemberCommands}.
 */
public sealed interface Command {
    /** When it was made, by the clock of the node that took it. */
    Instant at();

    /** Pure and total, see {@link ClusterState#apply}. */
    Transition applyTo(ClusterState state, long index, Limits limits);

    /** The first cluster version under which it may enter the log. */
    default ClusterVersion since() {
        return ClusterVersion.INITIAL;
    }

    /**
     * Whether an operator asked for it. What the cluster decides by itself comes at any rate, and must not push an operator's changes or
     * request ids out of the places where they are kept.
     */
    default boolean byOperator() {
        return true;
    }

    /** Calls the method for this kind of command. */
    <R> R accept(Visitor<R> visitor);

    /**
     * Adds an origin. The same origin again changes nothing; another under the same id or address is refused.
     *
     * @param mustBeNew refuse it even if the same origin is there already
     */
    record AddOrigin(PoolName pool, OriginSpec spec, boolean mustBeNew, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.add(state, index, limits, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.addOrigin(this);
        }
    }

    /** Changes an origin. {@code expectedRevision}: refuse unless it was last modified then; null: whatever it is. */
    record UpdateOrigin(
            PoolName pool,
            OriginRef origin,
            OriginPatch patch,
            @Nullable Long expectedRevision,
            Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.update(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.updateOrigin(this);
        }
    }

    /** Removes an origin. {@code expectedRevision}: refuse unless it was last modified then; null: whatever it is. */
    record RemoveOrigin(
            PoolName pool, OriginRef origin, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.remove(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeOrigin(this);
        }
    }

    /**
     * Sets the policy that the pool's origins are probed by, but for those that have their own. {@code expected}: refuse unless that
     * is the policy until now, so that two who each change a part do not undo each other; null: whatever it is.
     */
    record SetHealthPolicy(
            PoolName pool, HealthPolicy policy, @Nullable HealthPolicy expected, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.setHealthPolicy(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setHealthPolicy(this);
        }
    }

    /** The leader's verdict on an origin of that generation; on another generation it is refused. */
    record RecordVerdict(PoolName pool, OriginId origin, long generation, Verdict verdict, Instant at)
            implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.recordVerdict(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.recordVerdict(this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }
    }

    /** A node tells the others where it is. */
    record AnnounceMember(Member member, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.announce(state, index, limits, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.announceMember(this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }
    }

    /** Forgets a node that left. */
    record RetireMember(MemberId member, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.retire(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.retireMember(this);
        }
    }

    /**
     * Raises the cluster version. A version that is not above the present one changes nothing. The leader submits it only once every voter
     * has announced that it supports the version, so every voter knows this kind of command.
     */
    record RaiseClusterVersion(ClusterVersion version, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.raise(state, index, this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.raiseClusterVersion(this);
        }
    }

    /** One method a kind of command: whoever has to tell them apart does not compile until it knows them all. */
    interface Visitor<R> {
        R addOrigin(AddOrigin command);

        R updateOrigin(UpdateOrigin command);

        R removeOrigin(RemoveOrigin command);

        R setHealthPolicy(SetHealthPolicy command);

        R recordVerdict(RecordVerdict command);

        R announceMember(AnnounceMember command);

        R retireMember(RetireMember command);

        R raiseClusterVersion(RaiseClusterVersion command);
    }

    /** A patch that only changes what an operator wants of the origin. */
    static OriginPatch adminPatch(AdminState admin, @Nullable Instant drainDeadline) {
        return new OriginPatch(null, null, admin, drainDeadline, null, null, false);
    }
}
