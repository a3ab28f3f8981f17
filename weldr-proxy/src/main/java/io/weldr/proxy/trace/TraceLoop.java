package io.weldr.proxy.trace;

import io.weldr.proxy.access.Redaction;
import java.util.SplittableRandom;

/** The objects for traces that the exchanges of one event loop share. Confined to the loop. */
public final class TraceLoop {

    private static final double LONGS = 0x1p63;

    private final Tracing tracing;
    private final SplittableRandom random;
    private final long threshold; // a random number of 63 bits below it is sampled

    /** @param seed from a source that nobody can guess, another one for each loop */
    public TraceLoop(Tracing tracing, long seed) {
        this.tracing = tracing;
        random = new SplittableRandom(seed);
        threshold = tracing.sample() >= 1 ? Long.MAX_VALUE : (long) (tracing.sample() * LONGS);
    }

    /** Whether a request is sampled whose client has not decided that. */
    boolean samples() {
        return threshold > 0 && (threshold == Long.MAX_VALUE || random.nextLong() >>> 1 < threshold);
    }

    /** A number for an id: never 0. */
    long id() {
        long next = random.nextLong();
        return next == 0 ? 1 : next;
    }

    public TraceSink sink() {
        return tracing.sink();
    }

    public Redaction redaction() {
        return tracing.redaction();
    }
}
