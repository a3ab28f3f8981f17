package io.weldr.core.balance;

import java.util.List;

/**
 * A cycle that is laid out beforehand, two bytes a turn. Groups share it by deadlines: of a group with {@code r} of
 * {@code n} slots, slot number {@code k} lies in the window from {@code k·n/r} to {@code (k+1)·n/r}, and the group
 * whose window closes first gets the slot. All windows can be met so, because the shares add up to one (Baruah et al.,
 * "Proportionate progress: a notion of fairness in resource allocation", 1996).
 *
 * <p>At every slot, what a target has got so far differs from its share by less than one request.
 */
final class Cycle implements Order {
    /** All full weights are laid out: there are 100 of them. A group costs one step a slot of the layout. */
    static final int GROUPS_MAX = 100;

    /** As many as 1024 origins can have with full weights: 200 KiB. */
    static final int SLOTS_MAX = 1024 * 100;

    private final char[] order;

    private Cycle(char[] order) {
        this.order = order;
    }

    static Cycle of(List<Group> groups, int slots) {
        Windows[] all = groups.stream().map(group -> new Windows(group, slots)).toArray(Windows[]::new);
        char[] order = new char[slots];
        for (int slot = 0; slot < slots; slot++) {
            order[slot] = (char) mostUrgent(all, slot).take();
        }
        return new Cycle(order);
    }

    @Override
    public int at(int turn) {
        return order[Math.floorMod(turn, order.length)];
    }

    @Override
    public int cycle() {
        return order.length;
    }

    private static Windows mostUrgent(Windows[] all, int slot) {
        Windows best = all[0];
        boolean found = false;
        for (Windows windows : all) {
            if (windows.opens <= slot && (!found || windows.moreUrgentThan(best))) {
                best = windows;
                found = true;
            }
        }
        assert found && slot < best.closes : slot;
        return best;
    }

    /** The window of a group's next slot, while the cycle is laid out. */
    private static final class Windows {
        private final Group group;
        private final int slots; // of all groups
        private int taken;
        private int opens; // the first slot that the next one may be
        private int closes; // the first slot that would be too late

        Windows(Group group, int slots) {
            this.group = group;
            this.slots = slots;
            open();
        }

        private void open() {
            opens = (int) ((long) taken * slots / group.share());
            closes = (int) (((taken + 1L) * slots + group.share() - 1) / group.share());
        }

        boolean moreUrgentThan(Windows other) {
            return closes < other.closes || (closes == other.closes && opens < other.opens);
        }

        int take() {
            int member = group.member(taken);
            taken++;
            open();
            return member;
        }
    }
}
