package io.weldr.core.balance;

import io.weldr.core.pool.Origin;
import java.util.Arrays;
import java.util.List;

/**
 * Weighted round robin, laid out beforehand: a pick is one array read. Origins stand in the order as often as their weight
 * says, spread as evenly as may be (each turn takes the one that is furthest behind its share), so that a heavy origin gets
 * no bursts.
 *
 * <p>Immutable. A cursor is any {@code int} that its owner counts up; it may overflow.
 */
public final class Rotation {
    /**
     * Slots in one turn. Enough for {@code 1024} origins of equal weight with room to tell weights apart; beyond it weights
     * are scaled down, each to at least one slot.
     */
    public static final int SLOTS_MAX = 4096;

    private final List<Origin> origins;
    private final short[] slots;

    private Rotation(List<Origin> origins, short[] slots) {
        this.origins = origins;
        this.slots = slots;
    }

    /** The order over those of {@code origins} that serve. */
    public static Rotation of(List<Origin> origins) {
        List<Origin> serving = origins.stream().filter(Origin::serving).toList();
        return new Rotation(serving, layOut(shares(serving)));
    }

    /** Origins in the order; 0 if none serves. */
    public int size() {
        return origins.size();
    }

    /** Those in the order, as they stand in the pool. */
    public List<Origin> origins() {
        return origins;
    }

    /** The place in {@link #origins()} of the one whose turn it is. Only if {@link #size()} is not 0. */
    public int indexAt(int cursor) {
        return slots[Math.floorMod(cursor, slots.length)];
    }

    /** The origin whose turn it is. Only if {@link #size()} is not 0. */
    public Origin at(int cursor) {
        return origins.get(indexAt(cursor));
    }

    private static int[] shares(List<Origin> serving) {
        int[] shares = serving.stream().mapToInt(Origin::weight).toArray();
        int divisor = Arrays.stream(shares).reduce(0, Rotation::greatestCommonDivisor);
        long sum = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= divisor;
            sum += shares[i];
        }
        if (sum > SLOTS_MAX) {
            int room = SLOTS_MAX - shares.length; // one slot each first
            for (int i = 0; i < shares.length; i++) {
                shares[i] = 1 + (int) ((long) shares[i] * room / sum);
            }
        }
        return shares;
    }

    private static short[] layOut(int[] shares) {
        int length = Arrays.stream(shares).sum();
        short[] slots = new short[length];
        boolean equal = Arrays.stream(shares).distinct().count() <= 1;
        int[] credit = new int[shares.length];
        for (int slot = 0; slot < length; slot++) {
            int next = equal ? slot % shares.length : mostBehind(shares, credit);
            credit[next] -= length;
            slots[slot] = (short) next;
        }
        return slots;
    }

    private static int mostBehind(int[] shares, int[] credit) {
        int best = 0;
        for (int i = 0; i < shares.length; i++) {
            credit[i] += shares[i];
            if (credit[i] > credit[best]) {
                best = i;
            }
        }
        return best;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
