package io.weldr.it.chaos;

import io.weldr.it.chaos.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** What clients called and what they were answered. Thread safe. */
final class History {
    /** A change that was acknowledged, with the revision that the answer told. */
    record Acknowledged(long calledNanos, long returnedNanos, long revision, String what) {}

    private final Map<Integer, ConcurrentLinkedQueue<Operation>> operations = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicLong refused = new AtomicLong();

    void add(int origin, Operation operation) {
        operations
                .computeIfAbsent(origin, number -> new ConcurrentLinkedQueue<>())
                .add(operation);
    }

    void acknowledged(Acknowledged change) {
        acknowledged.add(change);
    }

    /** Nothing was done, as the answer said. */
    void refused() {
        refused.incrementAndGet();
    }

    /** An answer that none of the promises allow. */
    void surprise(String what) {
        surprises.add(what);
    }

    List<String> surprises() {
        return List.copyOf(surprises);
    }

    /** The numbers of all origins that were ever called about, in order. */
    List<Integer> origins() {
        return operations.keySet().stream().sorted().toList();
    }

    /** In the order of their calls. */
    List<Operation> of(int origin) {
        return operations.getOrDefault(origin, new ConcurrentLinkedQueue<>()).stream()
                .sorted(Comparator.comparingLong(Operation::calledNanos))
                .toList();
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** From {@code nanos} to the first acknowledgement of a change that was called after it; null: there is none. */
    @org.jspecify.annotations.Nullable Duration nextAcknowledged(long nanos) {
        return acknowledged.stream()
                .filter(change -> change.calledNanos() >= nanos)
                .mapToLong(Acknowledged::returnedNanos)
                .min()
                .stream()
                .mapToObj(returned -> Duration.ofNanos(returned - nanos))
                .findFirst()
                .orElse(null);
    }

    /** The longest time between two acknowledgements, from {@code sinceNanos} to {@code untilNanos}. */
    Duration longestGap(long sinceNanos, long untilNanos) {
        List<Long> returns = acknowledged.stream()
                .map(Acknowledged::returnedNanos)
                .filter(nanos -> nanos >= sinceNanos && nanos <= untilNanos)
                .sorted()
                .collect(Collectors.toCollection(ArrayList::new));
        returns.add(untilNanos);
        long longest = 0;
        long before = sinceNanos;
        for (long nanos : returns) {
            longest = Math.max(longest, nanos - before);
            before = nanos;
        }
        return Duration.ofNanos(longest);
    }

    /**
     * Changes whose revision is not higher than that of a change that had been acknowledged before they were called:
     * the order in which the cluster says that changes happened has to be one in which they can have happened, over all
     * origins.
     */
    List<String> revisionsOutOfOrder() {
        record Moment(long nanos, boolean isCall, Acknowledged change) {}
        List<Moment> moments = new ArrayList<>();
        for (Acknowledged change : acknowledged) {
            moments.add(new Moment(change.calledNanos(), true, change));
            moments.add(new Moment(change.returnedNanos(), false, change));
        }
        moments.sort(Comparator.comparingLong(Moment::nanos).thenComparing(moment -> !moment.isCall()));
        List<String> wrong = new ArrayList<>();
        Acknowledged highest = new Acknowledged(0, 0, -1, "nothing");
        for (Moment moment : moments) {
            Acknowledged change = moment.change();
            if (moment.isCall()) {
                if (change.revision() <= highest.revision()) {
                    wrong.add(change + " was called after " + highest + " was acknowledged");
                }
            } else if (change.revision() > highest.revision()) {
                highest = change;
            }
        }
        return wrong;
    }

    /** Origins whose history is not linearizable. */
    List<Integer> broken() {
        return origins().stream()
                .filter(origin -> !Linearizability.holds(of(origin)))
                .toList();
    }

    String summary() {
        Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
        Map<Integer, Integer> sizes = new TreeMap<>();
        for (int origin : origins()) {
            List<Operation> all = of(origin);
            all.forEach(operation -> outcomes.merge(operation.outcome(), 1L, Long::sum));
            sizes.merge(all.size(), 1, Integer::sum);
        }
        long sum = outcomes.values().stream().mapToLong(Long::longValue).sum();
        return sum + " operations on " + operations.size() + " origins, at most "
                + sizes.keySet().stream().max(Comparator.naturalOrder()).orElse(0) + " on one: " + outcomes + "; "
                + acknowledged.size() + " changes acknowledged, " + refused.get() + " calls refused with nothing done";
    }
}
