package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether another member is known to be ready to serve clients. Members are asked only while this node has to know.
 * {@link #look} is called by one thread, again and again; {@link #known} by any. Neither blocks.
 */
public final class ReadyMembers {
    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Some answers may get lost. */
    private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Function<HostPort, CompletableFuture<HelloAnswer>> ask;
    private final LongSupplier nanoTime;
    private @Nullable Long askedNanos; // confined to the thread that looks
    private volatile @Nullable Long knownNanos;

    /**
     * @param ask has a limit of its own
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public ReadyMembers(Function<HostPort, CompletableFuture<HelloAnswer>> ask, LongSupplier nanoTime) {
        this.ask = ask;
        this.nanoTime = nanoTime;
    }

    /** Asks, if it is time to. {@code members} holds the addresses of the others. */
    public void look(UUID cluster, Collection<HostPort> members) {
        long now = nanoTime.getAsLong();
        if (askedNanos != null && now - askedNanos < ASK_EVERY_NANOS) {
            return;
        }
        askedNanos = now;
        for (HostPort member : members) {
            var unused = ask.apply(member).thenAccept(answer -> {
                if (answer.ready() && cluster.equals(answer.group())) {
                    knownNanos = nanoTime.getAsLong();
                }
            });
        }
    }

    public boolean known() {
        Long known = knownNanos;
        return known != null && nanoTime.getAsLong() - known < KNOWN_NANOS;
    }
}
