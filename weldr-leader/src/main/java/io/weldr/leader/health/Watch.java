package io.weldr.leader.health;

import io.weldr.core.health.Health;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the probes of one origin add up to during one term, and what the cluster holds of it. The two differ from the
 * probe that turns the verdict until that verdict is committed: then there is a {@link #wish()}. Pure but for its own
 * fields, which are confined to the thread of the term.
 */
final class Watch {
    /** Who is watched. Another generation is another origin, to which nothing that was counted applies. */
    record Key(PoolName pool, OriginId id, long generation) {}

    /** No timeout of a probe is longer than this interval. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Key key;
    private final OriginUrl url;
    private ProbeAccess access;
    private HealthPolicy policy;
    private Health health;
    private boolean committedUp;
    private long committedAt; // revision
    private String lastReason;
    private @Nullable Verdict wish;
    private boolean removed;
    private @Nullable Long acquaintedNanos; // when the other members were last asked to probe it while it was up

    Watch(Key key, Origin origin, ProbeAccess access, HealthPolicy policy, long revision) {
        this.key = key;
        this.url = origin.url();
        this.access = access;
        this.policy = policy;
        this.committedUp = origin.verdict().up();
        this.committedAt = revision;
        this.lastReason = origin.verdict().reason();
        this.health = Health.of(committedUp);
    }

    Key key() {
        return key;
    }

    OriginUrl url() {
        return url;
    }

    ProbeAccess access() {
        return access;
    }

    HealthPolicy policy() {
        return policy;
    }

    /** The verdict that the cluster holds. */
    boolean committedUp() {
        return committedUp;
    }

    /** The verdict that should be committed and is not, or null. The same object as long as it is the same verdict. */
    @Nullable Verdict wish() {
        return removed ? null : wish;
    }

    boolean removed() {
        return removed;
    }

    /** Whether the others have not been asked for that long. */
    boolean strange(long nowNanos, long afterNanos) {
        return acquaintedNanos == null || nowNanos - acquaintedNanos >= afterNanos;
    }

    void acquainted(long nowNanos) {
        acquaintedNanos = nowNanos;
    }

    /** The origin is gone, or not to be probed any more. */
    void remove() {
        removed = true;
    }

    /** One more probe, under the policy that holds now. */
    void observe(ProbeResult result, Instant at) {
        lastReason = result.reason();
        health = health.observe(result.passed(), policy);
        compare(at);
    }

    /** The state of the cluster at {@code revision}. An older one than the last is ignored. */
    void committed(boolean up, long revision, Instant at) {
        if (revision >= committedAt) {
            committedAt = revision;
            committedUp = up;
            compare(at);
        }
    }

    /**
     * Another policy, or another way to the origin. If it asks something else, what was counted so far answers another
     * question: counts start afresh, and a verdict that is not committed yet is not wished for any more.
     */
    void follow(ProbeAccess nextAccess, HealthPolicy next) {
        boolean sameQuestion = nextAccess.equals(access) && asksTheSame(next, policy);
        access = nextAccess;
        policy = next;
        if (!sameQuestion) {
            health = Health.of(committedUp);
            wish = null;
        }
    }

    /**
     * Whether both send the same probe and take the same answers for a pass: everything but intervals, thresholds and
     * who has a say.
     */
    private static boolean asksTheSame(HealthPolicy one, HealthPolicy other) {
        return probeOf(one).equals(probeOf(other));
    }

    private static HealthPolicy probeOf(HealthPolicy policy) {
        HealthPolicy none = HealthPolicy.DEFAULT;
        return policy.toBuilder()
                .interval(LONGEST)
                .unhealthyInterval(none.unhealthyInterval())
                .jitterPercent(none.jitterPercent())
                .failuresToDown(none.failuresToDown())
                .passesToUp(none.passesToUp())
                .initial(none.initial())
                .confirm(none.confirm())
                .witnesses(none.witnesses())
                .build();
    }

    private void compare(Instant at) {
        if (health.up() == committedUp) {
            wish = null;
        } else if (wish == null) {
            wish = new Verdict(health.up(), at, lastReason);
        }
        Verdict wished = wish;
        assert wished == null || (wished.up() == health.up() && wished.up() != committedUp) : this;
    }

    @Override
    public String toString() {
        return key.pool() + "/" + key.id();
    }
}
