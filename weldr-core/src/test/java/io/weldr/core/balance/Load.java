package io.weldr.core.balance;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Origins under load, as a worker sees them. A test sets the fields and sends requests. */
final class Load implements Candidates {
    int turn;
    long key;
    final BitSet tried = new BitSet();
    final BitSet full = new BitSet();
    final int[] inFlight;
    private int total;
    private final List<Integer> requests = new ArrayList<>(); // the origin of each request in flight

    Load(int origins) {
        inFlight = new int[origins];
    }

    /** Targets of these weights, with names of their own. */
    static List<Target> targets(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Target("10.0." + i / 250 + "." + i % 250 + ":8080", weights[i]))
                .toList();
    }

    void setInFlight(int index, int requests) {
        total += requests - inFlight[index];
        inFlight[index] = requests;
    }

    /** Sends the next request, which stays in flight. */
    int send(Balancer balancer) {
        int origin = balancer.pick(this);
        turn++;
        requests.add(origin);
        setInFlight(origin, inFlight[origin] + 1);
        return origin;
    }

    /** Ends some request, each as likely as the others. */
    void endOne(Random random) {
        int which = random.nextInt(requests.size());
        int origin = requests.get(which);
        requests.set(which, requests.get(requests.size() - 1));
        requests.remove(requests.size() - 1);
        setInFlight(origin, inFlight[origin] - 1);
    }

    /** How many requests each origin gets while {@code concurrency} of them are in flight at any time. */
    int[] sendUnderLoad(Balancer balancer, int concurrency, int number, Random random) {
        for (int i = 0; i < concurrency - 1; i++) {
            key = random.nextLong();
            send(balancer);
        }
        int[] counts = new int[inFlight.length];
        for (int i = 0; i < number; i++) {
            key = random.nextLong();
            counts[send(balancer)]++;
            endOne(random);
        }
        return counts;
    }

    @Override
    public int turn() {
        return turn;
    }

    @Override
    public boolean tried(int index) {
        return tried.get(index);
    }

    @Override
    public boolean full(int index) {
        return full.get(index);
    }

    @Override
    public int inFlight(int index) {
        return inFlight[index];
    }

    @Override
    public int totalInFlight() {
        return total;
    }

    @Override
    public long key() {
        return key;
    }
}
