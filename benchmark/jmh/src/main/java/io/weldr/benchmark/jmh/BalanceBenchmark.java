package io.weldr.benchmark.jmh;

import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.Balancers;
import io.weldr.core.balance.Candidates;
import io.weldr.core.balance.HashBalancer;
import io.weldr.core.balance.Hashing;
import io.weldr.core.balance.Target;
import io.weldr.core.pool.Algorithm;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a pick costs in a loaded pool. A request stays in flight while the next 4 an origin are picked. None of it may
 * allocate: run with {@code -prof gc} to see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BalanceBenchmark {
    private static final int IN_FLIGHT_PER_ORIGIN = 4;

    /** What the weights of the origins are. */
    public enum Weighting {
        EQUAL,
        /** Full weights of 1 to 100. */
        FULL,
        /** As in a slow start of all: round robin lays out no cycle. */
        ODD;

        int of(int origin) {
            return switch (this) {
                case EQUAL -> Target.WEIGHT_MAX;
                case FULL -> (1 + origin * 37 % 100) * Target.SCALE;
                case ODD -> Target.WEIGHT_MAX - origin * 7919 % 5003;
            };
        }
    }

    @Param
    public Algorithm algorithm = Algorithm.ROUND_ROBIN;

    @Param({"3", "100", "1024"})
    public int origins;

    @Param
    public Weighting weighting = Weighting.EQUAL;

    private List<Target> targets = List.of();
    private Balancer balancer = candidates -> Balancer.NONE;
    private Pool pool = new Pool(0);

    @Setup
    public void prepare() {
        targets = IntStream.range(0, origins)
                .mapToObj(i -> new Target("10.0." + i / 250 + "." + i % 250 + ":8080", weighting.of(i)))
                .toList();
        balancer = make();
        pool = new Pool(origins);
    }

    @Benchmark
    public int pick() {
        int picked = balancer.pick(pool);
        pool.sent(picked);
        return picked;
    }

    /** On the thread that builds the routing view, once a change. */
    @Benchmark
    public Balancer make() {
        return Balancers.of(algorithm, targets, HashBalancer.LOAD_PERCENT_MAX_DEFAULT);
    }

    /** The last so many picks are in flight. */
    private static final class Pool implements Candidates {
        private final int[] inFlight;
        private final int[] sent;
        private int turn;
        private int total;

        Pool(int origins) {
            inFlight = new int[origins];
            sent = new int[origins * IN_FLIGHT_PER_ORIGIN];
        }

        void sent(int origin) {
            int place = turn % sent.length;
            if (total == sent.length) {
                inFlight[sent[place]]--;
            } else {
                total++;
            }
            sent[place] = origin;
            inFlight[origin]++;
            turn = (turn + 1) & Integer.MAX_VALUE;
        }

        @Override
        public int turn() {
            return turn;
        }

        @Override
        public boolean tried(int index) {
            return false;
        }

        @Override
        public boolean full(int index) {
            return false;
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
            return Hashing.mix(turn);
        }
    }
}
