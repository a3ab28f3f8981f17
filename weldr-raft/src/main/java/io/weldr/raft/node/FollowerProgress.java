package io.weldr.raft.node;

import io.weldr.raft.peer.AppendObserver;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures a follower against what its leader says that it has committed. A heartbeat alone proves nothing: a follower
 * that refuses every entry hears heartbeats, too. Thread safe, and never blocks for longer than a look at some hundred
 * numbers.
 */
public final class FollowerProgress implements AppendObserver {
    /** A follower has this long to apply what the leader has committed, and to accept something. */
    public static final Duration LAG_MAX = Duration.ofSeconds(5);

    /** A follower that has refused everything for this long never accepts anything again by itself. */
    public static final Duration REFUSAL_MAX = Duration.ofSeconds(10);

    /** Fewer refused entries are no proof: one is usual after each change of the leader. */
    private static final int REFUSALS_MIN = 10;

    /** A leader that sends nothing for longer has stopped trying. A leader tries several times a second. */
    private static final long REFUSALS_APART_NANOS_MAX = Duration.ofSeconds(2).toNanos();

    /** A leader's snapshot that was asked for within this time may still be on its way. */
    private static final long SNAPSHOT_NANOS = REFUSAL_MAX.toNanos();

    /** A disk that could not take a snapshot is left alone for this long. */
    private static final long SNAPSHOT_RETRY_NANOS = Duration.ofSeconds(10).toNanos();

    /** A failure that is older than this is forgotten: the leader does not send snapshots any more. */
    private static final long SNAPSHOT_FAILURE_NANOS = 6 * SNAPSHOT_RETRY_NANOS;

    /** Samples are no closer, so that they reach back far enough. */
    private static final long SAMPLE_EVERY_NANOS = Duration.ofMillis(100).toNanos();

    /** More than twice {@link #LAG_MAX}. */
    private static final int SAMPLES = 128;

    private final LongSupplier nanoTime;
    private final long silenceNanos;

    // All guarded by this.
    private final long[] sampleNanos = new long[SAMPLES];
    private final long[] sampleCommits = new long[SAMPLES];
    private int samples;
    private int newest = -1;
    private long term = -1;
    private long heardNanos; // meaningful once there is a sample, as heardCommit is
    private long heardCommit = -1;
    private long heardFirst = -1;
    private boolean refusing;
    private long refusingSinceNanos;
    private long refusedNanos;
    private int entriesRefused;
    private @Nullable Long snapshotNanos;
    private @Nullable String snapshotFailure;
    private long snapshotFailureNanos;
    private @Nullable Long agreedNanos;
    private boolean caughtUp;

    /**
     * @param silence a leader that was not heard for longer is taken for gone
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public FollowerProgress(Duration silence, LongSupplier nanoTime) {
        this.silenceNanos = silence.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void asked(long leaderTerm, long leaderCommit) {
        if (leaderTerm < term) {
            return; // A leader that was deposed: there may be a later commit that it does not know of.
        }
        if (leaderTerm > term) {
            term = leaderTerm;
            refusing = false; // Another leader may send what this follower accepts.
        }
        long now = nanoTime.getAsLong();
        if (newest < 0) {
            heardFirst = leaderCommit;
        }
        heardNanos = now;
        heardCommit = Math.max(heardCommit, leaderCommit);
        if (newest < 0 || now - sampleNanos[newest] >= SAMPLE_EVERY_NANOS) {
            newest = (newest + 1) % SAMPLES;
            samples = Math.min(samples + 1, SAMPLES);
            sampleNanos[newest] = now;
            sampleCommits[newest] = heardCommit;
        }
    }

    @Override
    public synchronized void answered(long answeredTerm, boolean heartbeat, boolean accepted) {
        term = Math.max(term, answeredTerm);
        if (accepted && heartbeat) {
            return; // A follower may accept heartbeats between entries that it refuses.
        }
        if (accepted) {
            refusing = false;
            snapshotFailure = null;
            return;
        }
        long now = nanoTime.getAsLong();
        if (!refusing || now - refusedNanos > REFUSALS_APART_NANOS_MAX) {
            refusing = true;
            refusingSinceNanos = now;
            entriesRefused = 0;
        }
        refusedNanos = now;
        if (!heartbeat) {
            entriesRefused++;
        }
    }

    @Override
    public synchronized boolean takesSnapshots() {
        long now = nanoTime.getAsLong();
        snapshotNanos = now;
        return snapshotFailure == null || now - snapshotFailureNanos >= SNAPSHOT_RETRY_NANOS;
    }

    @Override
    public synchronized void snapshotPart(boolean last) {
        snapshotNanos = nanoTime.getAsLong();
        refusing = false;
        if (last) {
            snapshotFailure = null;
        }
    }

    @Override
    public synchronized void snapshotFailed(String why) {
        snapshotFailure = why;
        snapshotFailureNanos = nanoTime.getAsLong();
    }

    /**
     * To be called often.
     *
     * @param index up to which this node has applied its log
     * @param indexTerm the term of that entry
     */
    public synchronized void applied(long index, long indexTerm) {
        if (newest < 0 || (refusing && nanoTime.getAsLong() - refusedNanos <= REFUSALS_APART_NANOS_MAX)) {
            return; // What it has applied may differ from what the leader has.
        }
        if (indexTerm < term) {
            return; // Until it commits an entry of its own term, a leader does not know all that the one before
            // committed.
        }
        if (heardCommit <= index) {
            agreedAt(heardNanos);
            caughtUp = true;
            return;
        }
        for (int back = 0; back < samples; back++) {
            int sample = Math.floorMod(newest - back, SAMPLES);
            if (sampleCommits[sample] <= index) {
                agreedAt(sampleNanos[sample]);
                return;
            }
        }
    }

    /** Unless it agreed later: as leader, it was the one that others are measured against. */
    private void agreedAt(long nanos) {
        if (agreedNanos == null || nanos - agreedNanos > 0) {
            agreedNanos = nanos;
        }
    }

    /** To be called often while this node acts as leader: it is what others are measured against. */
    public synchronized void leading() {
        agreedNanos = nanoTime.getAsLong();
        caughtUp = true;
        refusing = false;
        snapshotFailure = null;
    }

    /**
     * How old the state of this node may be: the time since it had applied all that a leader had committed. Null if it
     * never had.
     */
    public synchronized @Nullable Duration age() {
        return agreedNanos == null ? null : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - agreedNanos));
    }

    /** How many entries the leader is known to have committed that this node has not applied. */
    public synchronized long lag(long applied) {
        return hears(nanoTime.getAsLong()) ? Math.max(0, heardCommit - applied) : 0;
    }

    /** Why this node does not follow its leader, for people; null while it does, or hears of no leader. */
    public synchronized @Nullable String behind(long applied) {
        long now = nanoTime.getAsLong();
        if (!hears(now)) {
            return null;
        }
        if (refusing
                && now - refusedNanos <= REFUSALS_APART_NANOS_MAX
                && now - refusingSinceNanos >= LAG_MAX.toNanos()) {
            return "it has refused everything that the leader sent for "
                    + Duration.ofNanos(now - refusingSinceNanos).toSeconds() + " s";
        }
        for (int back = 0; back < samples; back++) {
            int sample = Math.floorMod(newest - back, SAMPLES);
            if (now - sampleNanos[sample] >= LAG_MAX.toNanos()) {
                return applied >= sampleCommits[sample]
                        ? null
                        : appliedOnly(applied) + ", and " + LAG_MAX.toSeconds()
                                + " s ago the leader had committed entry " + sampleCommits[sample];
            }
        }
        // A node that has never been up to date is late at once.
        return caughtUp || applied >= heardFirst
                ? null
                : appliedOnly(applied) + ", and the leader had committed entry " + heardFirst
                        + " when it was first heard";
    }

    private static String appliedOnly(long applied) {
        return applied < 0 ? "it has applied nothing of its log" : "it has applied its log up to entry " + applied;
    }

    /** Whether a leader was heard lately. */
    public synchronized boolean hears() {
        return hears(nanoTime.getAsLong());
    }

    private boolean hears(long now) {
        return newest >= 0 && now - heardNanos <= silenceNanos;
    }

    /**
     * For how long the leader has sent entries that this node refuses, beyond what mends itself; null while it does
     * not.
     */
    public synchronized @Nullable Duration stuck() {
        long now = nanoTime.getAsLong();
        boolean stuck = refusing
                && entriesRefused >= REFUSALS_MIN
                && now - refusedNanos <= REFUSALS_APART_NANOS_MAX
                && now - refusingSinceNanos >= REFUSAL_MAX.toNanos()
                && (snapshotNanos == null || now - snapshotNanos >= SNAPSHOT_NANOS);
        return stuck ? Duration.ofNanos(now - refusingSinceNanos) : null;
    }

    /** Why the leader's snapshot cannot be taken, for people; null if it can, or there is none. */
    public synchronized @Nullable String snapshotFailure() {
        return snapshotFailure != null && nanoTime.getAsLong() - snapshotFailureNanos <= SNAPSHOT_FAILURE_NANOS
                ? "the leader's snapshot cannot be taken: " + snapshotFailure
                : null;
    }
}
