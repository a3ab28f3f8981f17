package io.weldr.core.balance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Targets of the same weight, which take turns in the turns that the group gets. */
final class Group {
    private final int[] members;
    private final int share;

    private Group(List<Integer> members, int weight) {
        this.members = members.stream().mapToInt(Integer::intValue).toArray();
        share = this.members.length * weight;
    }

    /** Their shares are the smallest whole numbers that are exact. Together they are at most the sum of all weights. */
    static List<Group> of(Weights weights) {
        Map<Integer, List<Integer>> byWeight = new LinkedHashMap<>();
        int divisor = 0;
        for (int i = 0; i < weights.size(); i++) {
            divisor = greatestCommonDivisor(divisor, weights.weight(i));
            byWeight.computeIfAbsent(weights.weight(i), unknown -> new ArrayList<>())
                    .add(i);
        }
        List<Group> groups = new ArrayList<>();
        for (Map.Entry<Integer, List<Integer>> entry : byWeight.entrySet()) {
            groups.add(new Group(entry.getValue(), entry.getKey() / divisor));
        }
        return groups;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** The turns of the group in a cycle. */
    int share() {
        return share;
    }

    /** The member that has the group's turn number {@code turn}. */
    int member(long turn) {
        return members[(int) (turn % members.length)];
    }
}
