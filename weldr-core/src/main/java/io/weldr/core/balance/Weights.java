package io.weldr.core.balance;

import io.weldr.core.Check;
import java.util.List;

/** The weights of a balancer's targets, and random draws in proportion to them. Four bytes a target. */
final class Weights {
    /** Their weights together fit into an {@code int}, and an index into a {@code char}. Pools are much smaller. */
    static final int TARGETS_MAX = Character.MAX_VALUE + 1;

    /** For {@link #draw}: every target may be drawn. */
    static final int NO_EXCEPTION = -1;

    /** Draws until all weights are added up. With half of the weight in use, one request in 256 takes more. */
    private static final int DRAWS_MAX = 8;

    private final int[] ends; // of the weights up to and with this one, the sum

    private Weights(int[] ends) {
        this.ends = ends;
    }

    static Weights of(List<Target> targets) {
        Check.atMost("targets", targets.size(), TARGETS_MAX);
        int[] ends = new int[targets.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += targets.get(i).weight();
            ends[i] = end;
        }
        return new Weights(ends);
    }

    int size() {
        return ends.length;
    }

    /** All weights together. */
    int total() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    int weight(int index) {
        return ends[index] - start(index);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    /**
     * A random target that was not tried and is not full; if all are full, one that was not tried. Among the targets
     * that may be drawn, the chance of each is exactly in proportion to its weight. Takes some {@code log n} steps, or
     * {@code n} if most of the weight was tried or is full.
     *
     * @param except is not drawn, or {@link #NO_EXCEPTION}
     * @param firstDraw a number for each independent draw of one turn: 0, 1 and so on
     * @return {@link Balancer#NONE} if there is none
     */
    int draw(Candidates candidates, int except, int firstDraw) {
        int gap = except == NO_EXCEPTION ? 0 : weight(except);
        if (total() == gap) {
            return Balancer.NONE;
        }
        int draw = firstDraw * (DRAWS_MAX + 1);
        for (int last = draw + DRAWS_MAX; draw < last; draw++) {
            int point = Hashing.scale(Hashing.random(candidates.turn(), draw), total() - gap);
            // The points of the exception are left out: those at and behind its start move up by its weight.
            int drawn = at(gap > 0 && point >= start(except) ? point + gap : point);
            if (!candidates.tried(drawn) && !candidates.full(drawn)) {
                return drawn;
            }
        }
        long random = Hashing.random(candidates.turn(), draw);
        int drawn = drawFromRest(candidates, except, random, false);
        return drawn == Balancer.NONE ? drawFromRest(candidates, except, random, true) : drawn;
    }

    private int drawFromRest(Candidates candidates, int except, long random, boolean fullToo) {
        int sum = 0;
        for (int i = 0; i < ends.length; i++) {
            if (i != except && usable(candidates, i, fullToo)) {
                sum += weight(i);
            }
        }
        int left = Hashing.scale(random, sum);
        for (int i = 0; i < ends.length && sum > 0; i++) {
            if (i != except && usable(candidates, i, fullToo)) {
                left -= weight(i);
                if (left < 0) {
                    return i;
                }
            }
        }
        return Balancer.NONE;
    }

    static boolean usable(Candidates candidates, int index, boolean fullToo) {
        return !candidates.tried(index) && (fullToo || !candidates.full(index));
    }

    /** The first target whose end lies behind {@code point}. */
    private int at(int point) {
        int low = 0;
        int high = ends.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] > point) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
