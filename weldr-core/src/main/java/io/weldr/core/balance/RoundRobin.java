package io.weldr.core.balance;

import java.util.List;

/**
 * Weighted round robin with exact weights. In each cycle, an origin has as many turns as its weight says, after the
 * weights are divided by their greatest common divisor. There are no bursts: at every turn of a cycle, what an origin
 * has got so far differs from its share by a few requests at most.
 *
 * <p>Origins of the same weight form a group, and take turns in it. Groups share the cycle in one of two ways:
 *
 * <ul>
 *   <li>a {@link Cycle} that is laid out beforehand, up to {@value Cycle#SLOTS_MAX} turns and {@value Cycle#GROUPS_MAX}
 *       groups. Full weights of 1 to 100 always have one, with up to 1024 origins. A pick is one array read, and the
 *       difference stays below one request
 *   <li>a {@link ShareTree} beyond, which computes a turn in some ten nanoseconds a level. The difference stays below
 *       {@value ShareTree#DEVIATION_MAX} requests
 * </ul>
 *
 * <p>When the origin whose turn it is was tried or is full, another one is drawn at random, in proportion to the
 * weights. So the requests of an origin that fails do not all go to its neighbour. Such requests come on top of the
 * exact shares.
 */
public final class RoundRobin implements Balancer {
    private final Weights weights;
    private final Order order;

    private RoundRobin(Weights weights, Order order) {
        this.weights = weights;
        this.order = order;
    }

    /** May take milliseconds, and 200 KiB at most for the cycle. */
    public static RoundRobin of(List<Target> targets) {
        Weights weights = Weights.of(targets);
        List<Group> groups = Group.of(weights);
        int slots = groups.stream().mapToInt(Group::share).sum();
        boolean laidOut = slots <= Cycle.SLOTS_MAX && groups.size() <= Cycle.GROUPS_MAX;
        return new RoundRobin(weights, laidOut ? Cycle.of(groups, slots) : ShareTree.of(groups));
    }

    Order order() {
        return order;
    }

    @Override
    public int pick(Candidates candidates) {
        if (weights.size() == 0) {
            return NONE;
        }
        int next = order.at(candidates.turn());
        if (!candidates.tried(next) && !candidates.full(next)) {
            return next;
        }
        return weights.draw(candidates, Weights.NO_EXCEPTION, 0);
    }
}
