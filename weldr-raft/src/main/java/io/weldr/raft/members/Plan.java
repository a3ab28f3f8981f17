package io.weldr.raft.members;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members before and after a change. Pure.
 *
 * @param before as they are
 * @param after as they are to be, by id
 */
record Plan(List<Seat> before, List<Seat> after) {
    /** More voters make each write slower and nothing safer. */
    static final int VOTERS_MAX = 9;

    /** The leader sends every entry to each of them. */
    static final int LEARNERS_MAX = 16;

    Plan {
        before = List.copyOf(before);
        after = after.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
    }

    /** That one leaves. */
    static Plan without(List<Seat> before, Seat leaver) {
        return new Plan(
                before, before.stream().filter(seat -> !seat.equals(leaver)).toList());
    }

    /** Those leave, and that one comes. */
    static Plan of(
            List<Seat> before,
            Collection<Seat> leavers,
            RaftId newcomer,
            HostPort address,
            boolean witness,
            boolean learner) {
        int usual = usualPriority(before);
        List<Seat> after = new ArrayList<>();
        for (Seat seat : before) {
            if (!leavers.contains(seat)) {
                // A witness is put behind the others at once, not only when it is noticed to be one.
                after.add(witness && usual == Seat.LOW && !seat.learner() ? seat.withPriority(Seat.HIGH) : seat);
            }
        }
        after.add(new Seat(newcomer, address, witness || learner ? Seat.LOW : usual, learner));
        return new Plan(before, after);
    }

    /** That a learner gets a vote. */
    static Plan promoting(List<Seat> before, Seat learner) {
        Seat voter = new Seat(learner.id(), learner.address(), usualPriority(before));
        return new Plan(
                before,
                before.stream().map(seat -> seat.equals(learner) ? voter : seat).toList());
    }

    /**
     * The same voters, with priorities by which those that are witnesses lead only if nobody else can. Without a
     * witness whatever the priorities are is kept, as long as they are equal.
     *
     * @param known who has announced what it is; the others keep what they were given
     */
    static Plan withPriorities(List<Seat> before, Set<MemberId> known, Set<MemberId> witnesses) {
        boolean any =
                before.stream().anyMatch(seat -> witnesses.contains(seat.id().member()));
        int usual = any ? Seat.HIGH : usualPriority(before);
        return new Plan(
                before,
                before.stream()
                        .map(seat -> seat.learner() || !known.contains(seat.id().member())
                                ? seat
                                : seat.withPriority(witnesses.contains(seat.id().member()) ? Seat.LOW : usual))
                        .toList());
    }

    /** What a new voter that proxies gets: none of those that are there is put before it or after it. */
    static int usualPriority(List<Seat> voters) {
        return voters.stream()
                .filter(seat -> !seat.learner())
                .mapToInt(Seat::priority)
                .max()
                .orElse(Seat.LOW);
    }

    boolean changesNothing() {
        return before.size() == after.size() && before.containsAll(after);
    }

    /**
     * Why it must not be done: nothing could be written after it, and it could not be undone.
     *
     * @param answering who lives
     * @return for people; null if it may be done
     */
    @Nullable String quorumLost(Set<RaftId> answering) {
        List<Seat> voters = after.stream().filter(seat -> !seat.learner()).toList();
        List<MemberId> silent = voters.stream()
                .map(Seat::id)
                .filter(id -> !answering.contains(id))
                .map(RaftId::member)
                .toList();
        int needed = voters.size() / 2 + 1;
        int there = voters.size() - silent.size();
        return there >= needed
                ? null
                : "of the voters that there would be, " + names(voters) + ", only " + there + " answer, not " + silent
                        + " (expected: " + needed + ")";
    }

    private static String names(List<Seat> seats) {
        return seats.stream().map(seat -> seat.id().member().value()).collect(Collectors.joining(", "));
    }
}
