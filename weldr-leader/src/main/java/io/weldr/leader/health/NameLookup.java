package io.weldr.leader.health;

import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Host names to addresses, as the machine resolves them (hosts file, DNS, whatever it is set up with), on threads of its own
 * since that blocks. The virtual machine keeps answers for some seconds. Literals take no thread. Any thread.
 *
 * <p>The last good answer of a name is kept, and given when a new look-up fails or takes too long: an origin is not down because
 * a name server is. The proxy treats names in the same way.
 */
final class NameLookup implements AutoCloseable {
    /**
     * Names that are looked up at the same time. A name that hangs holds one thread however often it is asked for and holds up no
     * other name; it takes this many hanging ones before others live by their last good answers.
     */
    static final int THREADS_MAX = 1024;

    /** Good answers that are kept; the one that was not asked for longest makes room. */
    static final int NAMES_MAX = 4096;

    private static final long IDLE_SECONDS_MAX = 10;

    /** A look-up goes through few frames; threads that hang in one should not cost much. */
    private static final long STACK_BYTES = 256 * 1024;

    /** Asks the platform; may take as long as that likes. */
    @FunctionalInterface
    interface Lookup {
        /** All addresses of the host, at least one. */
        InetAddress[] find(String host) throws UnknownHostException, InterruptedException;
    }

    private final Lookup platform;
    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<List<InetAddress>>> underWay = new LinkedHashMap<>(); // guarded by this
    private final Map<String, List<InetAddress>> good = new LinkedHashMap<>(16, 0.75f, true) { // guarded by this
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, List<InetAddress>> eldest) {
                    return size() > NAMES_MAX;
                }
            };

    NameLookup() {
        this(InetAddress::getAllByName);
    }

    NameLookup(Lookup platform) {
        this.platform = platform;
        threads = new ThreadPoolExecutor(
                0, THREADS_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "weldr-health-names", STACK_BYTES);
                    thread.setDaemon(true); // a lookup that hangs cannot be interrupted and must not hold up the exit
                    return thread;
                });
    }

    /**
     * All addresses, in the order of preference of the machine. Fails with {@link UnknownHostException} if the name cannot be looked
     * up and never could.
     *
     * @param patience how long a name that was looked up before is waited for; then its last good answer serves
     */
    CompletionStage<List<InetSocketAddress>> lookup(HostPort address, Duration patience) {
        if (address.isLiteral()) {
            try {
                return CompletableFuture.completedFuture(
                        List.of(new InetSocketAddress(InetAddress.getByName(address.host()), address.port())));
            } catch (UnknownHostException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
        String host = address.host();
        CompletableFuture<List<InetAddress>> running;
        CompletableFuture<List<InetAddress>> started = null;
        List<InetAddress> known;
        synchronized (this) {
            known = good.get(host);
            running = underWay.get(host);
            if (running == null) {
                started = new CompletableFuture<>();
                running = started;
                underWay.put(host, started);
            }
        }
        CompletableFuture<List<InetAddress>> answer = running.copy();
        if (known != null) {
            answer = answer.exceptionally(failure -> known)
                    .completeOnTimeout(known, patience.toNanos(), TimeUnit.NANOSECONDS);
        }
        if (started != null) {
            start(host, started);
        }
        return answer.thenApply(found -> found.stream()
                .map(ip -> new InetSocketAddress(ip, address.port()))
                .toList());
    }

    private void start(String host, CompletableFuture<List<InetAddress>> started) {
        try {
            threads.execute(() -> lookup(host, started));
        } catch (RejectedExecutionException e) {
            finish(host, started, null);
            started.completeExceptionally(new UnknownHostException(host + ": "
                    + (threads.isShutdown() ? "the node is stopping" : THREADS_MAX + " other names are looked up")));
        }
    }

    private void lookup(String host, CompletableFuture<List<InetAddress>> started) {
        try {
            List<InetAddress> found = List.of(platform.find(host));
            finish(host, started, found);
            started.complete(found);
        } catch (UnknownHostException | RuntimeException e) {
            finish(host, started, null);
            started.completeExceptionally(e);
        } catch (InterruptedException e) { // the node is stopping
            Thread.currentThread().interrupt();
            finish(host, started, null);
            started.completeExceptionally(e);
        }
    }

    private synchronized void finish(
            String host, CompletableFuture<List<InetAddress>> started, @Nullable List<InetAddress> found) {
        underWay.remove(host, started);
        if (found != null) {
            good.put(host, found);
        }
    }

    /** What went wrong, without the wrapping of futures. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
