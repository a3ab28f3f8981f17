package io.weldr.it.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history of one register is linearizable: whether each operation can be given an instant between its
 * call and its return, so that carried out in that order all have the outcomes that they had. One whose outcome nobody
 * knows has any instant after its call, or none.
 *
 * <p>The search is that of Wing and Gong (Testing and Verifying Concurrent Objects, 1993) with the memory of Lowe
 * (Testing for Linearizability, 2017): take any operation that was called before the first return of those not yet
 * taken; a set of operations taken that led to the same value before is not tried again.
 */
final class Linearizability {
    /** A history that takes longer is too concurrent to be judged: the run that recorded it has to be tamer. */
    static final long STEPS_MAX = 20_000_000;

    private record Seen(BitSet taken, String value) {}

    private record Taken(Event call, String valueBefore) {}

    /** A call or a return, in a list of those not yet taken, in the order of time. */
    private static final class Event {
        final int operation;
        final @Nullable Event answer; // of a call whose outcome is known
        final boolean isCall;

        @Nullable Event previous;

        @Nullable Event next;

        Event(int operation, boolean isCall, @Nullable Event answer) {
            this.operation = operation;
            this.isCall = isCall;
            this.answer = answer;
        }
    }

    private Linearizability() {}

    /**
     * Whether {@code history} is linearizable, from an absent value on. In any order.
     *
     * @throws IllegalStateException if that cannot be decided with {@link #STEPS_MAX}
     */
    static boolean holds(List<Operation> history) {
        Event head = list(history);
        Deque<Taken> order = new ArrayDeque<>();
        BitSet taken = new BitSet(history.size());
        Set<Seen> seen = new HashSet<>();
        String value = Register.ABSENT;
        Event event = head.next;
        long steps = 0;
        while (event != null) {
            if (++steps > STEPS_MAX) {
                throw new IllegalStateException("undecided after " + STEPS_MAX + " steps: " + history.size()
                        + " operations (expected: fewer at the same time)");
            }
            if (event.isCall) {
                String after = Register.after(value, history.get(event.operation));
                if (after != null) {
                    BitSet with = (BitSet) taken.clone();
                    with.set(event.operation);
                    if (seen.add(new Seen(with, after))) {
                        order.push(new Taken(event, value));
                        taken.set(event.operation);
                        value = after;
                        lift(event);
                        event = head.next;
                        continue;
                    }
                }
                event = event.next;
            } else {
                // It returned, and was not taken: something taken before was a mistake.
                if (order.isEmpty()) {
                    return false;
                }
                Taken last = order.pop();
                taken.clear(last.call().operation);
                value = last.valueBefore();
                putBack(last.call());
                event = last.call().next;
            }
        }
        return true; // no return is left: whoever was answered has been taken
    }

    private static Event list(List<Operation> history) {
        record Timed(Event event, long nanos) {}
        List<Timed> events = new ArrayList<>();
        for (int i = 0; i < history.size(); i++) {
            Operation operation = history.get(i);
            Event answer = operation.isKnown() ? new Event(i, false, null) : null;
            events.add(new Timed(new Event(i, true, answer), operation.calledNanos()));
            if (answer != null) {
                events.add(new Timed(answer, operation.returnedNanos()));
            }
        }
        // Of the same instant: calls first, for then they overlap.
        events.sort(Comparator.comparingLong(Timed::nanos).thenComparing(timed -> !timed.event().isCall));
        Event head = new Event(-1, true, null);
        Event last = head;
        for (Timed timed : events) {
            last.next = timed.event();
            timed.event().previous = last;
            last = timed.event();
        }
        return head;
    }

    private static void lift(Event call) {
        unlink(call);
        if (call.answer != null) {
            unlink(call.answer);
        }
    }

    /** Undoes {@link #lift}; the last lifted is put back first. */
    private static void putBack(Event call) {
        if (call.answer != null) {
            relink(call.answer);
        }
        relink(call);
    }

    private static void unlink(Event event) {
        if (event.previous != null) {
            event.previous.next = event.next;
        }
        if (event.next != null) {
            event.next.previous = event.previous;
        }
    }

    private static void relink(Event event) {
        if (event.previous != null) {
            event.previous.next = event;
        }
        if (event.next != null) {
            event.next.previous = event;
        }
    }
}
