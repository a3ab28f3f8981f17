package io.weldr.proxy.upstream;

import io.netty.util.NetUtil;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.HostNames;
import io.weldr.proxy.net.Faults;
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
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up host names of origins on threads of its own, so that no event loop ever waits for a name server. The
 * platform's resolver is used, with all that an operator has configured for it. Literal addresses need no lookup. One
 * for the whole node: probes and traffic use the same addresses.
 *
 * <p>A known answer is given at once. When it is older than {@link #KEPT} it is looked up again meanwhile, and stays in
 * use when that fails: a name server that is slow or down is no reason to stop traffic. When a name is used rarely, its
 * answer may be older than {@link #TOO_OLD_AFTER}. Then a new connection waits for a new answer, for half a second of
 * each lookup at most, before it uses the old answer. Thread safe.
 */
public final class NameResolver implements HostNames, AutoCloseable {

    /**
     * An address that moves is followed within this time of the answer; it is also about the TTL that service records
     * have.
     */
    static final Duration KEPT = Duration.ofSeconds(10);

    /**
     * A failure is not asked about again for this long: requests for a misspelled name must not become a flood of
     * lookups.
     */
    static final Duration FAILURE_KEPT = Duration.ofSeconds(2);

    /**
     * An answer as young as this is as good as a new one: connections that are refused must not become a flood of
     * lookups.
     */
    static final Duration NEW = Duration.ofSeconds(1);

    /**
     * While a name is used, its answer is never as old: only a name that nobody used may have moved unnoticed so long
     * ago.
     */
    static final Duration TOO_OLD_AFTER = KEPT.multipliedBy(3);

    /** How long a lookup is waited for before an answer that is too old is used. Most lookups take milliseconds. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** A name that never had an answer is forgotten when nobody has asked for it so long. */
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

    /** In place of an answer that nobody should use before a lookup has had its time. It has no address. */
    private static final Answer TOO_OLD = new Answer(List.of());

    private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

    private final Lookup lookup;
    private final LongSupplier nanoTime;
    private final long patienceNanos;
    private final Map<String, Name> names = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    public NameResolver() {
        this(InetAddress::getAllByName, System::nanoTime, PATIENCE);
    }

    /**
     * With a name server of the caller's own.
     *
     * @param nanoTime the clock that answers age by
     * @param patience how long a lookup is waited for before an answer that is too old is used
     */
    public NameResolver(Lookup lookup, LongSupplier nanoTime, Duration patience) {
        this(lookup, nanoTime, patience, NameResolver::newThread);
    }

    NameResolver(Lookup lookup, LongSupplier nanoTime, Duration patience, ThreadFactory newThread) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
        patienceNanos = patience.toNanos();
        threads = new ThreadPoolExecutor(
                0, THREADS_MAX, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), newThread);
    }

    private static Thread newThread(Runnable task) {
        Thread thread = new Thread(null, task, "weldr-resolver", STACK_BYTES);
        thread.setDaemon(true); // a lookup that hangs cannot be interrupted, and must not hold up the exit
        return thread;
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
     * The last good answer for a name, and the same object as long as there is no other; null if there is none. It is
     * looked up again meanwhile if it is old. If it is too old, the result has no address as long as the lookup may be
     * waited for: a new connection waits, and a reused one may lead to where the name was long ago. Never waits, and
     * allocates nothing while the name is known: this is for each request.
     */
    @Nullable Answer current(String host) {
        try {
            return name(host).current(nanoTime.getAsLong());
        } catch (Throwable e) { // no memory for a lookup: the next request tries again
            Faults.report("the look at a name of an origin", e);
            return null;
        }
    }

    private Name name(String host) {
        Name name = names.get(host);
        if (name == null) {
            forgetUnused();
            name = names.computeIfAbsent(host, Name::new);
        }
        return name;
    }

    /** A name with a good answer stays while there is room: a connection that idles may still watch it. */
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
        private volatile long tooOldNanos = dueNanos + NEVER_NANOS; // when reused connections stop trusting the answer
        private volatile long patientUntilNanos = dueNanos; // for how long the lookup that runs may be waited for
        private long goodNanos; // when the good answer came
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
            return running == null && good == null && now - askedNanos > FORGOTTEN_AFTER.toNanos();
        }

        synchronized CompletableFuture<List<InetAddress>> ask(long now) {
            askedNanos = now;
            Answer known = good;
            if (known == null) {
                return failedOfLate(now) ? failed() : underWay();
            }
            refresh(now);
            CompletableFuture<List<InetAddress>> lookedUp = running;
            long patienceLeftNanos = patientUntilNanos - now;
            return lookedUp != null && patienceLeftNanos > 0 && now - goodNanos > TOO_OLD_AFTER.toNanos()
                    ? lookedUp.copy().completeOnTimeout(known.addresses, patienceLeftNanos, TimeUnit.NANOSECONDS)
                    : CompletableFuture.completedFuture(known.addresses);
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
            return now - tooOldNanos > 0 && now - patientUntilNanos < 0 ? TOO_OLD : good;
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

        /** Also without a thread: where the machine has none left, the lookup fails like any other. */
        private CompletableFuture<List<InetAddress>> start() {
            CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
            try {
                threads.execute(() -> lookUp(found)); // its end waits for the lock that is held here
                running = found;
                patientUntilNanos = nanoTime.getAsLong() + patienceNanos;
            } catch (RejectedExecutionException e) {
                finish(
                        null,
                        new UnknownHostException(host + ": "
                                + (threads.isShutdown()
                                        ? "the node is stopping"
                                        : THREADS_MAX + " other names are looked up")));
                complete(found);
            } catch (Throwable e) { // OutOfMemoryError: this may be an event loop, which must go on
                finish(null, e);
                complete(found);
                Faults.report("the start of a lookup of an origin's name", e);
            }
            return found;
        }

        /** Every lookup has an end, also by an Error: a name whose lookup never ends is never looked up again. */
        private void lookUp(CompletableFuture<List<InetAddress>> found) {
            Answer answer = null;
            Throwable wrong = null;
            try {
                answer = new Answer(List.of(lookup.find(host)));
            } catch (InterruptedException e) { // the node is stopping
                Thread.currentThread().interrupt();
                wrong = e;
            } catch (Throwable e) {
                wrong = e;
            }
            finish(answer, wrong);
            complete(found);
            if (wrong instanceof VirtualMachineError) {
                throw (VirtualMachineError) wrong; // ends this thread only
            }
        }

        /** Only now does the answer begin to age. */
        private synchronized void finish(@Nullable Answer answer, @Nullable Throwable wrong) {
            running = null;
            failure = wrong;
            answeredNanos = nanoTime.getAsLong();
            if (answer != null) {
                good = answer;
                goodNanos = answeredNanos;
            }
            // While the name server fails, connections that stand are better than none.
            tooOldNanos = answeredNanos + (wrong == null ? TOO_OLD_AFTER.toNanos() : NEVER_NANOS);
            dueNanos = answeredNanos + (wrong == null ? KEPT : FAILURE_KEPT).toNanos();
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
