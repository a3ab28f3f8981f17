package io.weldr.proxy.upstream;

import io.netty.util.NetUtil;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.HostNames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up host names of origins on threads of its own, so that no event loop ever waits for a name server. The platform's
 * resolver is used, with all that an operator has configured for it. Literal addresses need no lookup. One for the whole node:
 * probes and traffic use the same addresses.
 *
 * <p>A known answer is given at once. When it is older than {@link #KEPT} it is looked up again meanwhile, and stays in use
 * when that fails: a name server that is slow or down is no reason to stop traffic. Only a name that nobody has asked for
 * during {@link #FORGOTTEN_AFTER} is waited for as if it were new. Thread safe.
 */
public final class NameResolver implements HostNames, AutoCloseable {

    /** An address that moves is followed within this time of the answer; it is also about the TTL that service records have. */
    static final Duration KEPT = Duration.ofSeconds(10);

    /** A failure is not asked about again for this long: requests for a misspelled name must not become a flood of lookups. */
    static final Duration FAILURE_KEPT = Duration.ofSeconds(2);

    /** An answer as young as this is as good as a new one: connections that are refused must not become a flood of lookups. */
    static final Duration NEW = Duration.ofSeconds(1);

    static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /** Four pools of origins with a name each. Beyond, the name that was not asked for longest makes room. */
    static final int NAMES_MAX = 4096;

    /**
     * Lookups under way, at most one for each name: so many names may hang in their name server's silence before others
     * live by their last good answers. Threads end when they have nothing to do.
     */
    static final int THREADS_MAX = 1024;

    private static final int THREAD_IDLE_SECONDS = 10;

    /** A lookup goes through few frames; threads that hang in one should not cost much. */
    private static final long STACK_BYTES = 512 * 1024;

    /** Asks the platform; may take as long as that likes. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of the host, at least one. */
        InetAddress[] find(String host) throws UnknownHostException, InterruptedException;
    }

    /** What a name server said once. Two that say the same are two. */
    static final class Answer {
        final List<InetAddress> addresses;

        Answer(List<InetAddress> addresses) {
            this.addresses = addresses;
        }
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
        threads = new ThreadPoolExecutor(
                0, THREADS_MAX, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "weldr-resolver", STACK_BYTES);
                    thread.setDaemon(true); // a lookup that hangs cannot be interrupted, and must not hold up the exit
                    return thread;
                });
    }

    /** The clock that answers age by. */
    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Addresses of the host, never empty; completes on any thread, at once when they are known. */
    CompletableFuture<List<InetAddress>> resolve(HostPort target) {
        return target.isLiteral()
                ? CompletableFuture.completedFuture(List.of(literal(target.host())))
                : name(target.host()).ask(nanoTime.getAsLong());
    }

    @Override
    public CompletableFuture<List<InetAddress>> resolveAnew(HostPort target, Duration patience) {
        return target.isLiteral()
                ? CompletableFuture.completedFuture(List.of(literal(target.host())))
                : name(target.host()).askAnew(nanoTime.getAsLong(), patience);
    }

    /**
     * The last good answer for a name, and the same object as long as there is no other; null if there is none. It is looked up
     * again meanwhile if it is old. Never waits, and allocates nothing: this is for each request.
     */
    @Nullable Answer current(String host) {
        Name name = names.get(host);
        return name == null ? null : name.current(nanoTime.getAsLong());
    }

    private Name name(String host) {
        Name name = names.get(host);
        if (name == null) {
            forgetUnused();
            name = names.computeIfAbsent(host, Name::new);
        }
        return name;
    }

    private void forgetUnused() {
        long now = nanoTime.getAsLong();
        names.values().removeIf(name -> name.unused(now));
        if (names.size() >= NAMES_MAX) {
            names.values().stream()
                    .max(Comparator.comparingLong(name -> name.unusedNanos(now)))
                    .ifPresent(eldest -> names.remove(eldest.host));
        }
    }

    /** What is known of one name. Guarded by itself, for moments only, but for what is volatile. */
    private final class Name {
        private final String host;
        private volatile @Nullable Answer good;
        private volatile long dueNanos = nanoTime.getAsLong(); // when it is to be looked up again
        private long answeredNanos;
        private @Nullable Throwable failure; // of the last lookup; null: it was answered
        private long askedNanos = nanoTime.getAsLong();
        private @Nullable CompletableFuture<List<InetAddress>> running;

        Name(String host) {
            this.host = host;
        }

        synchronized long unusedNanos(long now) {
            return now - askedNanos;
        }

        synchronized boolean unused(long now) {
            return running == null && now - askedNanos > FORGOTTEN_AFTER.toNanos();
        }

        synchronized CompletableFuture<List<InetAddress>> ask(long now) {
            boolean inUse = !unused(now);
            askedNanos = now;
            Answer known = good;
            if (known != null && inUse) {
                refresh(now);
                return CompletableFuture.completedFuture(known.addresses);
            }
            return failedOfLate(now) ? failed() : underWay();
        }

        synchronized CompletableFuture<List<InetAddress>> askAnew(long now, Duration patience) {
            askedNanos = now;
            Answer known = good;
            if (known == null) {
                return failedOfLate(now) ? failed() : underWay().copy();
            }
            boolean young = failure == null && now - answeredNanos < NEW.toNanos();
            return young || failedOfLate(now)
                    ? CompletableFuture.completedFuture(known.addresses)
                    : underWay().copy().completeOnTimeout(known.addresses, patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Nullable Answer current(long now) {
            if (now - dueNanos >= 0) {
                refreshInUse(now);
            }
            return good;
        }

        private synchronized void refreshInUse(long now) {
            askedNanos = now;
            refresh(now);
        }

        private void refresh(long now) {
            if (now - dueNanos >= 0) {
                dueNanos = now + NEW.toNanos(); // a lookup that hangs is not asked after with each request
                if (running == null) {
                    start();
                }
            }
        }

        private boolean failedOfLate(long now) {
            return failure != null && now - answeredNanos < FAILURE_KEPT.toNanos();
        }

        private CompletableFuture<List<InetAddress>> failed() {
            return CompletableFuture.failedFuture(wrong());
        }

        private CompletableFuture<List<InetAddress>> underWay() {
            return running != null ? running : start();
        }

        private CompletableFuture<List<InetAddress>> start() {
            CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
            running = found;
            try {
                threads.execute(() -> lookUp(found));
            } catch (RejectedExecutionException e) {
                finish(
                        null,
                        new UnknownHostException(host + ": "
                                + (threads.isShutdown()
                                        ? "the node is stopping"
                                        : THREADS_MAX + " other names are looked up")));
                complete(found);
            }
            return found;
        }

        private void lookUp(CompletableFuture<List<InetAddress>> found) {
            try {
                finish(new Answer(List.of(lookup.find(host))), null);
            } catch (UnknownHostException | RuntimeException e) {
                finish(null, e);
            } catch (InterruptedException e) { // the node is stopping
                Thread.currentThread().interrupt();
                finish(null, e);
            }
            complete(found);
        }

        /** Only now does the answer begin to age. */
        private synchronized void finish(@Nullable Answer answer, @Nullable Throwable wrong) {
            if (answer != null) {
                good = answer;
            }
            failure = wrong;
            answeredNanos = nanoTime.getAsLong();
            dueNanos = answeredNanos + (wrong == null ? KEPT : FAILURE_KEPT).toNanos();
            running = null;
        }

        /** Not under the lock: whoever waits may ask again. */
        private void complete(CompletableFuture<List<InetAddress>> found) {
            Answer known = good;
            if (known != null) {
                found.complete(known.addresses);
            } else {
                found.completeExceptionally(wrong());
            }
        }

        private synchronized Throwable wrong() {
            return failure == null ? new UnknownHostException(host) : failure;
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
