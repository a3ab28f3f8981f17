package io.weldr.core.balance;

import io.weldr.core.Check;
import io.weldr.core.pool.Origin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weighted round robin with exact weights, laid out beforehand: a pick is one array read. In each cycle an origin
 * stands as often as its weight says, after the weights are divided by their greatest common divisor. At every slot of
 * a cycle, what an origin has got so far differs from its share by less than one request: there are no bursts.
 *
 * <p>The layout has two levels. Origins of the same weight form a group, and take turns in it. Groups share the cycle
 * by deadlines: of a group with {@code r} of {@code n} slots, slot number {@code k} lies in the window from {@code
 * k·n/r} to {@code (k+1)·n/r}, and the group whose window closes first gets the slot. All windows can be met so,
 * because the shares add up to one (Baruah et al., "Proportionate progress: a notion of fairness in resource
 * allocation", 1996). There are at most as many groups as weights, whatever the number of origins.
 */
public final class RoundRobin implements Balancer {
    /** An index has to fit into a {@code char}. Pools are much smaller. */
    static final int ORIGINS_MAX = Character.MAX_VALUE + 1;

    private final int origins;
    private final char[] order;

    private RoundRobin(int origins, char[] order) {
        this.origins = origins;
        this.order = order;
    }

    /**
     * Lays out one cycle: two bytes for each slot, of which there are at most {@code 100} an origin.
     *
     * @param origins each with a weight of 1 or more
     */
    public static RoundRobin of(List<Origin> origins) {
        Check.atMost("origins", origins.size(), ORIGINS_MAX);
        Map<Integer, List<Integer>> byWeight = new LinkedHashMap<>();
        int divisor = 0;
        for (int i = 0; i < origins.size(); i++) {
            int weight = Check.inRange("weight", origins.get(i).weight(), 1, Origin.WEIGHT_MAX);
            divisor = greatestCommonDivisor(divisor, weight);
            byWeight.computeIfAbsent(weight, unknown -> new ArrayList<>()).add(i);
        }
        List<Group> groups = new ArrayList<>();
        int slots = 0;
        for (Map.Entry<Integer, List<Integer>> entry : byWeight.entrySet()) {
            Group group = new Group(entry.getValue(), entry.getKey() / divisor);
            groups.add(group);
            slots += group.slots;
        }
        return new RoundRobin(origins.size(), layOut(groups.toArray(Group[]::new), slots));
    }

    /** The slots of one cycle; 0 if there are no origins. */
    int cycle() {
        return order.length;
    }

    @Override
    public int pick(Candidates candidates) {
        if (origins == 0) {
            return NONE;
        }
        int next = order[Math.floorMod(candidates.turn(), order.length)];
        // Another try takes the next one in the pool that was not tried. Weights matter less than to find one.
        for (int left = origins; left > 0; left--) {
            if (!candidates.tried(next)) {
                return next;
            }
            next = next + 1 < origins ? next + 1 : 0;
        }
        return NONE;
    }

    private static char[] layOut(Group[] groups, int slots) {
        for (Group group : groups) {
            group.openWindow(slots);
        }
        char[] order = new char[slots];
        for (int slot = 0; slot < slots; slot++) {
            Group next = mostUrgent(groups, slot);
            order[slot] = (char) next.take();
            next.openWindow(slots);
        }
        return order;
    }

    private static Group mostUrgent(Group[] groups, int slot) {
        Group best = groups[0];
        boolean found = false;
        for (Group group : groups) {
            if (group.opens <= slot && (!found || group.moreUrgentThan(best))) {
                best = group;
                found = true;
            }
        }
        assert found && slot < best.closes : slot;
        return best;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** Origins of the same weight, while a cycle is laid out. */
    private static final class Group {
        private final int[] members;
        private final int slots;
        private int taken;
        private int opens; // the first slot that the next one may be
        private int closes; // the first slot that would be too late

        /** @param weight in proportion to the weights of the other groups */
        Group(List<Integer> members, int weight) {
            this.members = members.stream().mapToInt(Integer::intValue).toArray();
            slots = this.members.length * weight;
        }

        void openWindow(int all) {
            opens = (int) ((long) taken * all / slots);
            closes = (int) (((taken + 1L) * all + slots - 1) / slots);
        }

        boolean moreUrgentThan(Group other) {
            return closes < other.closes || (closes == other.closes && opens < other.opens);
        }

        int take() {
            return members[taken++ % members.length];
        }
    }
}
