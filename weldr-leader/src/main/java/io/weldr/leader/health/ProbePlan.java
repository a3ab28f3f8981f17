package io.weldr.leader.health;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whom to probe and when. Each origin has its own beat: due times are one interval apart, whatever a probe takes, so
 * that origins that were spread once stay spread. The interval is that of the policy for the committed verdict; jitter
 * shortens or lengthens each one. No clock of its own; times are nanoseconds of the caller's. Confined to one thread.
 */
final class ProbePlan {
    /**
     * An origin that appears, or whose policy changes, is probed within this time or its interval if that is shorter.
     */
    static final Duration SOON_MAX = Duration.ofSeconds(1);

    /** One probe that is under way, and what it was started under. */
    record Probe(Watch watch, ProbeAccess access, HealthPolicy policy) {}

    private final MemberId self;
    private final RandomGenerator random;
    private final int inFlightMax;
    private final Map<Watch.Key, Beat> beats = new HashMap<>();
    private final TreeMap<Due, Beat> queue = new TreeMap<>(); // those that are not under way and overdue
    private int inFlight;
    private long sequence;
    private boolean fresh = true;

    /** A place in the queue; the number keeps two of the same time apart. */
    private record Due(long nanos, long number) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            long ahead = nanos - other.nanos; // by difference: nanoseconds of a clock may wrap
            return ahead != 0 ? Long.signum(ahead) : Long.compare(number, other.number);
        }
    }

    private static final class Beat {
        final Watch watch;
        Due due;
        boolean inFlight;
        /** The verdict that decided the interval up to {@code due}. */
        boolean up;
        /** When the last probe was due, which is the start of the interval; null: there was none. */
        @Nullable Long lastNanos;

        Beat(Watch watch, Due due) {
            this.watch = watch;
            this.due = due;
            this.up = watch.committedUp();
        }

        /** Between two probes, before jitter. */
        long intervalNanos() {
            return watch.policy().interval(watch.committedUp()).toNanos();
        }
    }

    /**
     * @param self the node that probes. A witness probes only where the policy asks witnesses
     * @param inFlightMax probes at the same time; those that are due wait, the oldest first
     */
    ProbePlan(MemberId self, RandomGenerator random, int inFlightMax) {
        this.self = self;
        this.random = random;
        this.inFlightMax = inFlightMax;
    }

    /**
     * Watches whoever is to be watched according to that state, and nobody else. The first call spreads over whole
     * intervals.
     */
    void update(ClusterState state, long now, Instant at) {
        Map<Watch.Key, Beat> before = new HashMap<>(beats);
        List<Beat> added = new ArrayList<>();
        Member member = state.members().get(self);
        boolean witness = member != null && member.witness();
        for (Pool pool : state.pools().values()) {
            ProbeAccess access = ProbeAccess.of(pool, state);
            for (Origin origin : pool.origins()) {
                HealthPolicy policy = origin.healthPolicy(pool.health());
                if (origin.admin() == AdminState.MAINTENANCE || (witness && !policy.witnesses())) {
                    continue;
                }
                Watch.Key key = new Watch.Key(pool.name(), origin.id(), origin.generation());
                Beat beat = before.remove(key);
                if (beat == null) {
                    beat = new Beat(new Watch(key, origin, access, policy, state.revision()), new Due(now, sequence++));
                    beats.put(key, beat);
                    added.add(beat);
                } else {
                    beat.watch.committed(origin.verdict().up(), state.revision(), at);
                    if (!beat.watch.policy().equals(policy)
                            || !beat.watch.access().equals(access)) {
                        beat.watch.follow(access, policy);
                        moveForward(beat, now);
                    } else if (beat.up != beat.watch.committedUp()) {
                        moveToNewInterval(beat, now);
                    }
                    beat.up = beat.watch.committedUp();
                }
            }
        }
        before.values().forEach(this::remove);
        spread(added, now);
        fresh = false;
    }

    /** One after the other at even distances, each somewhere within its own share. */
    private void spread(List<Beat> added, long now) {
        for (int i = 0; i < added.size(); i++) {
            Beat beat = added.get(i);
            long intervalNanos = beat.intervalNanos();
            long within = fresh ? intervalNanos : Math.min(intervalNanos, SOON_MAX.toNanos());
            beat.due = new Due(now + (long) (within * ((i + random.nextDouble()) / added.size())), sequence++);
            queue.put(beat.due, beat);
        }
    }

    /**
     * A policy takes effect at once: an origin does not wait for the end of an interval that is not its own any more.
     */
    private void moveForward(Beat beat, long now) {
        long soon = Math.min(beat.intervalNanos(), SOON_MAX.toNanos());
        long wanted = now + random.nextLong(soon);
        if (beat.due.nanos() - wanted > 0) {
            move(beat, wanted);
        }
    }

    /**
     * The verdict has turned: the interval that is under way takes as long as the new verdict says. If that is over,
     * the probe is due now.
     */
    private void moveToNewInterval(Beat beat, long now) {
        Long last = beat.lastNanos;
        if (last != null
                && !beat.watch
                        .policy()
                        .interval(beat.up)
                        .equals(beat.watch.policy().interval(!beat.up))) {
            long wanted = last + stepNanos(beat);
            move(beat, wanted - now > 0 ? wanted : now);
        }
    }

    private void move(Beat beat, long nanos) {
        boolean queued = queue.remove(beat.due) != null;
        beat.due = new Due(nanos, sequence++);
        if (queued) {
            queue.put(beat.due, beat);
        }
    }

    /** One interval with its jitter, which is even on both sides: the mean stays the interval. */
    private long stepNanos(Beat beat) {
        long intervalNanos = beat.intervalNanos();
        int percent = beat.watch.policy().jitterPercent();
        return percent == 0
                ? intervalNanos
                : (long) (intervalNanos * (1 + percent / 100.0 * (2 * random.nextDouble() - 1)));
    }

    /** The first due time of this beat that is not over. Intervals that passed meanwhile are left out. */
    private long nextNanos(Beat beat, long now) {
        long behind = now - beat.due.nanos();
        long next = beat.due.nanos() + behind / beat.intervalNanos() * beat.intervalNanos();
        do {
            next += stepNanos(beat);
        } while (next - now <= 0); // a step is at least half an interval
        return next;
    }

    private void remove(Beat beat) {
        beats.remove(beat.watch.key());
        queue.remove(beat.due);
        beat.watch.remove();
    }

    /** The probes to start now. Each must come back through {@link #finished}. */
    List<Probe> takeDue(long now) {
        List<Probe> due = new ArrayList<>();
        while (inFlight < inFlightMax && !queue.isEmpty() && queue.firstKey().nanos() - now <= 0) {
            Beat beat = queue.pollFirstEntry().getValue();
            if (beat.inFlight) {
                continue; // not twice at once: it is due again as soon as the one under way has ended
            }
            long next = nextNanos(beat, now);
            beat.lastNanos = beat.due.nanos();
            beat.due = new Due(next, sequence++);
            beat.inFlight = true;
            inFlight++;
            due.add(new Probe(beat.watch, beat.watch.access(), beat.watch.policy()));
            queue.put(beat.due, beat);
        }
        return due;
    }

    /**
     * A probe has ended.
     *
     * @return whether its result counts: not if the origin is gone, and not if another policy holds by now
     */
    boolean finished(Probe probe) {
        assert inFlight > 0 : "a probe that nobody started";
        inFlight--;
        Watch watch = probe.watch();
        Beat beat = beats.get(watch.key());
        if (beat == null || beat.watch != watch) {
            return false;
        }
        beat.inFlight = false;
        queue.putIfAbsent(beat.due, beat); // it is not there if it became due meanwhile
        return watch.policy().equals(probe.policy());
    }

    /** How long from {@code now} until {@link #takeDue} has something to give; -1 if that takes another event. */
    long waitNanos(long now) {
        if (queue.isEmpty() || inFlight >= inFlightMax) {
            return -1;
        }
        return Math.max(0, queue.firstKey().nanos() - now);
    }

    /** Who is watched. A view: it changes with the plan. */
    Set<Watch.Key> watched() {
        return Collections.unmodifiableSet(beats.keySet());
    }

    /** Origins that are watched. */
    int size() {
        return beats.size();
    }

    /** Probes that are under way. */
    int inFlight() {
        return inFlight;
    }
}
