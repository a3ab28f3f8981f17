package io.weldr.core.health;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.state.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The opinions of the other members on an origin that the leader sees down, and their result. Pure.
 *
 * @param opinions those who answered, and how the origin looks from each
 * @param silent those who were asked and did not answer in time, or could not tell
 */
public record SecondOpinion(SortedMap<MemberId, Opinion> opinions, List<MemberId> silent) {

    public SecondOpinion {
        opinions = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(opinions));
        silent = silent.stream().sorted().toList();
    }

    /** Nobody was asked, or nobody is there to be asked. */
    public static final SecondOpinion NONE = new SecondOpinion(new TreeMap<>(), List.of());

    /**
     * Whether the leader, which sees the origin down, may have it down. If nobody's opinion counts, the leader decides
     * alone.
     */
    public boolean confirms(HealthPolicy.Confirm policy) {
        long counted = opinions.values().stream().filter(Opinion::counts).count();
        long up = contradicting().size();
        long down = counted - up;
        return counted == 0
                || switch (policy) {
                    case MAJORITY -> down + 1 > up;
                    case ANY -> down > 0;
                    case LEADER_ONLY -> true;
                };
    }

    /** Those who see it up. */
    public List<MemberId> contradicting() {
        return ids(opinion -> opinion.result().passed());
    }

    /**
     * Who saw what, to follow the reason of the leader: {@code "; down for n2, up for n3"}. Empty if nobody was asked.
     */
    public String text() {
        if (opinions.isEmpty()) {
            return silent.isEmpty() ? "" : "; no other member answered";
        }
        List<String> parts = new ArrayList<>();
        say(parts, "down for ", ids(opinion -> !opinion.result().passed() && opinion.counts()), "");
        say(parts, "up for ", contradicting(), "");
        say(parts, "down for ", ids(opinion -> !opinion.counts()), " (never saw it up)");
        say(parts, "no answer from ", silent, "");
        return "; " + String.join(", ", parts);
    }

    private static void say(List<String> parts, String what, List<MemberId> who, String remark) {
        if (!who.isEmpty()) {
            parts.add(what + who.stream().map(MemberId::value).collect(Collectors.joining(" and ")) + remark);
        }
    }

    private List<MemberId> ids(Predicate<Opinion> whose) {
        return opinions.entrySet().stream()
                .filter(one -> whose.test(one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
