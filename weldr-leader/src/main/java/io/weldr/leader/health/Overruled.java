package io.weldr.leader.health;

import io.weldr.core.health.SecondOpinion;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The origins that this leader sees down while the others see them up, and whether that makes it the one that is cut
 * off: then somebody who sees them should lead. Only more than half of the pool makes it so. Two nodes that each miss
 * another origin would otherwise pass leadership to and fro; a single origin is not worth a fail-over, since it stays
 * up by the word of the others anyway. Pure; times are nanoseconds of the caller's. Confined to the thread of the term.
 */
final class Overruled {
    /** A link that flaps comes back within this time; a fail-over costs a fraction of a second. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<Watch, SecondOpinion> alone = new HashMap<>();
    private boolean cutOff;
    private long cutOffSinceNanos;

    /** The others see it up, so it stays up. */
    void add(Watch watch, SecondOpinion opinion) {
        alone.put(watch, opinion);
    }

    /** This leader sees it up again, or the others see it down too. */
    void remove(Watch watch) {
        alone.remove(watch);
    }

    /** How many there are. */
    int size() {
        alone.keySet().removeIf(Watch::removed);
        return alone.size();
    }

    /**
     * Whom to hand leadership to now.
     *
     * @param watched how many origins are probed
     * @param mayLead a witness answers probes as others do, and is never to lead
     * @return the members that see some of them, whoever sees most first; empty: leadership stays
     */
    List<MemberId> heirs(int watched, long nowNanos, Predicate<MemberId> mayLead) {
        boolean now = size() * 2 > watched;
        if (now && !cutOff) {
            cutOffSinceNanos = nowNanos;
        }
        cutOff = now;
        if (!cutOff || nowNanos - cutOffSinceNanos < PATIENCE.toNanos()) {
            return List.of();
        }
        cutOffSinceNanos = nowNanos; // if it fails, again after as long
        Map<MemberId, Integer> seeing = new TreeMap<>();
        alone.values().forEach(opinion -> opinion.contradicting().forEach(id -> seeing.merge(id, 1, Integer::sum)));
        return seeing.entrySet().stream()
                .filter(entry -> mayLead.test(entry.getKey()))
                .sorted(Map.Entry.<MemberId, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
    }
}
