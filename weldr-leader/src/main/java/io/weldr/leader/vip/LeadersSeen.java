package io.weldr.leader.vip;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers who led lately, so that a new leader need not wait for members that cannot hold the addresses: one that has
 * been dead for a week would cost every take-over the whole lifetime. Not thread safe.
 */
final class LeadersSeen {
    /** More changes than this within one lifetime are not remembered; then everybody is asked. */
    private static final int SIGHTINGS_MAX = 16;

    /** @param lastNanos when it was last taken for the leader, or when the next one was first seen */
    private record Sighting(long term, MemberId leader, long lastNanos) {}

    private final Deque<Sighting> sightings = new ArrayDeque<>(); // oldest first
    private final long keepNanos;
    private long forgottenTerm; // the last that was dropped for want of room
    private long forgottenNanos;

    /** @param longestHold how long after its successor was first seen a leader may hold an address */
    LeadersSeen(Duration longestHold) {
        keepNanos = longestHold.toNanos();
    }

    /** What this node believes now. To be called often. */
    void observe(ClusterStatus status, long nowNanos) {
        MemberId leader = status.leader();
        if (leader == null || status.term() == 0) {
            return;
        }
        Sighting last = sightings.peekLast();
        if (last != null && last.term() == status.term() && last.leader().equals(leader)) {
            sightings.removeLast();
        } else if (last != null) {
            // It may have led until now: this node may have been paused, or cut off, since it saw it.
            sightings.removeLast();
            sightings.addLast(new Sighting(last.term(), last.leader(), nowNanos));
        }
        sightings.addLast(new Sighting(status.term(), leader, nowNanos));
        if (sightings.size() > SIGHTINGS_MAX) {
            forgottenTerm = sightings.removeFirst().term();
            forgottenNanos = nowNanos;
        }
        // The newest stays: it was the leader for as long as nobody else was seen.
        while (sightings.size() > 1 && nowNanos - sightings.getFirst().lastNanos() > keepNanos) {
            sightings.removeFirst();
        }
    }

    /**
     * Who may hold an address when this node becomes the leader of {@code term}: those who led lately if it saw the
     * leader of every term, otherwise every other voter.
     */
    Set<MemberId> suspects(long term, ClusterStatus status, long nowNanos) {
        boolean forgot = forgottenTerm > 0 && nowNanos - forgottenNanos <= keepNanos;
        boolean gap = sightings.stream().noneMatch(seen -> seen.term() == term - 1);
        Set<MemberId> suspects = new LinkedHashSet<>();
        if (forgot || gap) {
            suspects.addAll(status.voters().stream().map(Voter::id).collect(Collectors.toSet()));
        }
        sightings.stream()
                .filter(seen -> seen.term() < term)
                .map(Sighting::leader)
                .forEach(suspects::add);
        suspects.remove(status.self());
        return suspects;
    }
}
