package io.weldr.it.chaos;

import io.weldr.it.chaos.Api.Reply;
import io.weldr.it.chaos.History.Acknowledged;
import io.weldr.it.chaos.Operation.Outcome;
import io.weldr.it.chaos.Operation.Wish;
import io.weldr.it.harness.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that add, change, remove and read origins, several at a time and about the same ones, each call through any
 * node, and write down what they were answered. Thread safe.
 */
final class Clients implements AutoCloseable {
    /** How many origins are under contention at a time. */
    private static final int SLOTS = 4;

    /** An origin is called about this often; then another takes its place, so that its history can be judged. */
    private static final int CALLS_MAX = 50;

    /** And not with more calls than this whose outcome nobody knows: each doubles what is possible. */
    private static final int UNKNOWN_MAX = 5;

    /** How long a call of unknown outcome is repeated with the same key. */
    private static final Duration REPEAT = Duration.ofSeconds(6);

    private final Api api = new Api();
    private final History history;
    private final List<TestNode> nodes;
    private final int thinkMillisMax;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicReferenceArray<Slot> slots = new AtomicReferenceArray<>(SLOTS);
    private final AtomicInteger lastOrigin = new AtomicInteger();
    private final String run = Long.toString(System.nanoTime(), 36);
    private volatile boolean stopping;

    private static final class Slot {
        final int origin;
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger unknown = new AtomicInteger();

        Slot(int origin) {
            this.origin = origin;
        }
    }

    /**
     * @param nodes whom they ask; may change at any time
     * @param thinkMillisMax how long a client may think between two calls
     */
    Clients(History history, List<TestNode> nodes, int count, int thinkMillisMax, long seed) {
        this.history = history;
        this.nodes = nodes;
        this.thinkMillisMax = thinkMillisMax;
        for (int i = 0; i < SLOTS; i++) {
            slots.set(i, new Slot(lastOrigin.incrementAndGet()));
        }
        for (int i = 1; i <= count; i++) {
            Client client = new Client("c" + i, new Random(seed + i));
            running.add(threads.submit(client));
        }
    }

    /** One of them, on a thread of its own. */
    private final class Client implements Runnable {
        private final String name;
        private final Random random;
        private int count;

        Client(String name, Random random) {
            this.name = name;
            this.random = random;
        }

        @Override
        public void run() {
            while (!stopping) {
                call();
                try {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(thinkMillisMax + 1));
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private void call() {
            int index = random.nextInt(SLOTS);
            Slot slot = slots.get(index);
            boolean spent = slot.calls.incrementAndGet() > CALLS_MAX || slot.unknown.get() >= UNKNOWN_MAX;
            if (spent && slots.compareAndSet(index, slot, new Slot(lastOrigin.incrementAndGet()))) {
                // Some stay, to be there at the end; a pool does not hold all.
                if (random.nextInt(4) > 0) {
                    write(slot, Wish.REMOVE);
                }
                return;
            }
            int dice = random.nextInt(10);
            if (dice < 3) {
                read(slot);
            } else {
                write(slot, dice < 5 ? Wish.CREATE : dice < 8 ? Wish.SET : Wish.REMOVE);
            }
        }

        private TestNode anyNode() {
            List<TestNode> now = List.copyOf(nodes);
            return now.get(random.nextInt(now.size()));
        }

        private void read(Slot slot) {
            TestNode node = anyNode();
            long called = System.nanoTime();
            Reply reply = api.read(node.adminUrl(), slot.origin);
            long returned = System.nanoTime();
            if (reply.status() == 200 || reply.status() == 404) {
                String seen = reply.status() == 200 ? Api.value(reply.json()) : Register.ABSENT;
                history.add(
                        slot.origin,
                        new Operation(
                                Wish.READ,
                                Register.ABSENT,
                                Outcome.SEEN,
                                seen,
                                called,
                                returned,
                                name + " " + node.id()));
            } else if (reply.status() > 0 && reply.status() != 503) {
                history.surprise("read of " + slot.origin + " through " + node.id() + ": " + reply);
            }
        }

        private void write(Slot slot, Wish wish) {
            String value = "/" + name + "-" + ++count;
            String key = run + value;
            boolean patch = random.nextBoolean();
            StringBuilder through = new StringBuilder(name);
            long called = System.nanoTime();
            boolean maybeDone = false;
            while (true) {
                TestNode node = anyNode();
                through.append(' ').append(node.id());
                Reply reply = send(node, slot.origin, wish, value, key, patch);
                long returned = System.nanoTime();
                Outcome outcome = outcome(wish, reply);
                if (outcome != null && outcome != Outcome.UNKNOWN) {
                    known(slot, wish, value, outcome, reply, called, returned, through.toString());
                    return;
                }
                if (outcome == null && !reply.nothingDone()) {
                    if (reply.status() != 412) { // it moved while the node merged: nothing done
                        history.surprise(wish + " of " + slot.origin + " through " + node.id() + ": " + reply);
                    }
                    if (!maybeDone) {
                        return;
                    }
                }
                if (outcome == null && !maybeDone) {
                    history.refused();
                    return;
                }
                maybeDone = true;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(thinkMillisMax));
                if (stopping || returned - called > REPEAT.toNanos() || random.nextInt(4) == 0) {
                    slot.unknown.incrementAndGet();
                    history.add(
                            slot.origin,
                            new Operation(
                                    wish,
                                    value,
                                    Outcome.UNKNOWN,
                                    Register.ABSENT,
                                    called,
                                    returned,
                                    through.toString()));
                    return;
                }
            }
        }

        private Reply send(TestNode node, int origin, Wish wish, String value, String key, boolean patch) {
            return switch (wish) {
                case CREATE -> api.create(node.adminUrl(), origin, value, key);
                case SET ->
                    patch
                            ? api.patch(node.adminUrl(), origin, value, key)
                            : api.put(node.adminUrl(), origin, value, key);
                case REMOVE, READ -> api.remove(node.adminUrl(), origin, key);
            };
        }

        private void known(
                Slot slot,
                Wish wish,
                String value,
                Outcome outcome,
                Reply reply,
                long called,
                long returned,
                String through) {
            String seen = outcome == Outcome.REMOVED ? Api.value(reply.json().path("removed")) : Register.ABSENT;
            history.add(slot.origin, new Operation(wish, value, outcome, seen, called, returned, through));
            if (outcome == Outcome.CREATED || outcome == Outcome.WRITTEN || outcome == Outcome.REMOVED) {
                history.acknowledged(new Acknowledged(
                        called,
                        returned,
                        reply.json().path("revision").asLong(),
                        wish + " " + value + " of " + slot.origin + " by " + through));
            }
        }
    }

    /** Null: certainly not done, or an answer that must not be. */
    private static @org.jspecify.annotations.Nullable Outcome outcome(Wish wish, Reply reply) {
        if (reply.status() == 0 || reply.status() == 504) {
            return Outcome.UNKNOWN;
        }
        return switch (wish) {
            case CREATE -> reply.status() == 201 ? Outcome.CREATED : reply.status() == 409 ? Outcome.DIFFERS : null;
            case SET -> reply.status() == 200 ? Outcome.WRITTEN : reply.status() == 404 ? Outcome.ABSENT : null;
            case REMOVE, READ ->
                reply.status() == 200 ? Outcome.REMOVED : reply.status() == 404 ? Outcome.ABSENT : null;
        };
    }

    /** Ends all clients, after the calls that are under way. */
    void stop() throws InterruptedException, ExecutionException, TimeoutException {
        stopping = true;
        for (Future<?> client : running) {
            client.get(30, TimeUnit.SECONDS);
        }
    }

    /** Reads all origins through {@code node}, as one more call about each of them. Returns whether it answered. */
    boolean readAll(TestNode node) {
        long called = System.nanoTime();
        Map<Integer, String> values = api.readAll(node.adminUrl());
        long returned = System.nanoTime();
        if (values == null) {
            return false;
        }
        for (int origin = 1; origin <= lastOrigin.get(); origin++) {
            String seen = values.getOrDefault(origin, Register.ABSENT);
            history.add(
                    origin,
                    new Operation(
                            Wish.READ, Register.ABSENT, Outcome.SEEN, seen, called, returned, "end " + node.id()));
        }
        return true;
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
    }
}
