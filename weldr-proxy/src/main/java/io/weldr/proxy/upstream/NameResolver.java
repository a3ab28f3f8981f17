package io.weldr.proxy.upstream;

import io.netty.util.NetUtil;
import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up host names of origins on threads of its own, so that no event loop ever waits for a name server. The platform's
 * resolver is used, with all that an operator has configured for it. Literal addresses need no look-up.
 *
 * <p>A known answer is given at once. When it is older than {@link #KEPT} it is looked up again meanwhile, and stays in use
 * when that fails: a name server that is slow or down is no reason to stop traffic. Only a name that nobody has asked for
 * during {@link #FORGOTTEN_AFTER} is waited for as if it were new. Thread safe.
 */
public final class NameResolver implements AutoCloseable {

    /** An address that moves is followed within this time of the answer; it is also about the TTL that service records have. */
    static final Duration KEPT = Duration.ofSeconds(10);

    /** A failure is not asked about again for this long: requests for a misspelled name must not become a flood of look-ups. */
    static final Duration FAILURE_KEPT = Duration.ofSeconds(2);

    static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /**
     * Look-ups under way, at most one for each name: so many names may hang in their name server's silence before another has
     * to wait. Threads end when they have nothing to do.
     */
    private static final int THREADS_MAX = 64;

    private static final int THREAD_IDLE_SECONDS = 10;
    /** As many as a pool has origins, with a name each. */
    private static final int QUEUE_MAX = 1024;

    /** Asks the platform; may take as long as that likes. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of the host, at least one. */
        InetAddress[] find(String host) throws UnknownHostException, InterruptedException;
    }

    private final Lookup lookup;
    private final LongSupplier nanoTime;
    private final Map<String, Name> names = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    public NameResolver() {
        this(InetAddress::getAllByName, System::nanoTime);
    }

    /** @param nanoTime the clock that answers age by */
    public NameResolver(Lookup lookup, LongSupplier nanoTime) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS_MAX,
                THREADS_MAX,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE_MAX),
                task -> {
                    Thread thread = new Thread(task, "weldr-resolver");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        threads = pool;
    }

    /** Addresses of the host, never empty; completes on any thread, at once when they are known. */
    CompletableFuture<List<InetAddress>> resolve(HostPort target) {
        if (target.isLiteral()) {
            return CompletableFuture.completedFuture(List.of(literal(target.host())));
        }
        Name name = names.get(target.host());
        if (name == null) {
            forgetUnused();
            name = names.computeIfAbsent(target.host(), Name::new);
        }
        return name.ask(nanoTime.getAsLong());
    }

    private void forgetUnused() {
        long now = nanoTime.getAsLong();
        names.values().removeIf(name -> name.unused(now));
    }

    /** What is known of one name. Guarded by itself, for moments only. */
    private final class Name {
        private final String host;
        private @Nullable List<InetAddress> good;
        private @Nullable Throwable failure; // of the last look-up; null: it was answered
        private long answeredNanos;
        private long askedNanos = nanoTime.getAsLong();
        private @Nullable CompletableFuture<List<InetAddress>> running;

        Name(String host) {
            this.host = host;
        }

        synchronized boolean unused(long now) {
            return running == null && now - askedNanos > FORGOTTEN_AFTER.toNanos();
        }

        synchronized CompletableFuture<List<InetAddress>> ask(long now) {
            boolean inUse = !unused(now);
            askedNanos = now;
            long age = now - answeredNanos;
            List<InetAddress> known = good;
            Throwable wrong = failure;
            boolean fresh = age < (wrong == null ? KEPT : FAILURE_KEPT).toNanos();
            if (known != null && inUse) {
                if (!fresh && running == null) {
                    start();
                }
                return CompletableFuture.completedFuture(known);
            }
            if (wrong != null && fresh) {
                return CompletableFuture.failedFuture(wrong);
            }
            return running != null ? running : start();
        }

        private CompletableFuture<List<InetAddress>> start() {
            CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
            running = found;
            try {
                threads.execute(() -> lookUp(found));
            } catch (RejectedExecutionException e) {
                finish(null, e);
                complete(found);
            }
            return found;
        }

        private void lookUp(CompletableFuture<List<InetAddress>> found) {
            try {
                List<InetAddress> addresses = List.of(lookup.find(host));
                finish(addresses, null);
            } catch (UnknownHostException | RuntimeException e) {
                finish(null, e);
            } catch (InterruptedException e) { // the proxy is closing
                Thread.currentThread().interrupt();
                finish(null, e);
            }
            complete(found);
        }

        /** Only now does the answer begin to age. */
        private synchronized void finish(@Nullable List<InetAddress> addresses, @Nullable Throwable wrong) {
            if (addresses != null) {
                good = addresses;
            }
            failure = wrong;
            answeredNanos = nanoTime.getAsLong();
            running = null;
        }

        /** Not under the lock: whoever waits may ask again. */
        private void complete(CompletableFuture<List<InetAddress>> found) {
            List<InetAddress> known;
            Throwable wrong;
            synchronized (this) {
                known = good;
                wrong = failure;
            }
            if (known != null) {
                found.complete(known);
            } else {
                found.completeExceptionally(wrong == null ? new UnknownHostException(host) : wrong);
            }
        }
    }

    private static InetAddress literal(String host) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address == null) {
            throw new IllegalStateException("host: " + host + " (expected: an IP literal)"); // HostPort has checked it
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 or 16 bytes, always
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
