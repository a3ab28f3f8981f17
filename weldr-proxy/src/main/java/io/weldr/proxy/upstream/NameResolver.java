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

/**
 * Looks up host names of origins on two threads of its own, so that no event loop ever waits for a name server. The
 * platform's resolver is used, with all that an operator has configured for it. Literal addresses need no look-up.
 *
 * <p>Answers are kept for {@link #KEPT}; when a later look-up fails, the last good answer stays in use, because a name
 * server that is down is no reason to stop traffic. Thread safe.
 */
public final class NameResolver implements AutoCloseable {

    /** An address that moves is followed within this time; it is also about the TTL that service records have. */
    private static final Duration KEPT = Duration.ofSeconds(10);

    private static final int THREADS = 2;
    /** Look-ups in the queue; there is at most one for each name. */
    private static final int QUEUE_MAX = 1024;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    /** @param addresses in the order of the resolver; good until {@code expiresNanos} */
    private record Entry(CompletableFuture<List<InetAddress>> addresses, long expiresNanos) {
        boolean usable() {
            return !addresses.isDone() || System.nanoTime() - expiresNanos < 0;
        }

        boolean good() {
            return addresses.isDone() && !addresses.isCompletedExceptionally();
        }
    }

    public NameResolver() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_MAX), task -> {
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
        Entry entry = entries.compute(target.host(), (host, known) -> {
            if (known != null && known.usable()) {
                return known;
            }
            return new Entry(lookUp(host, known), System.nanoTime() + KEPT.toNanos());
        });
        return entry.addresses();
    }

    private CompletableFuture<List<InetAddress>> lookUp(
            String host, @org.jspecify.annotations.Nullable Entry previous) {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    found.complete(List.of(InetAddress.getAllByName(host)));
                } catch (UnknownHostException e) {
                    if (previous != null && previous.good()) {
                        found.complete(previous.addresses().join());
                    } else {
                        found.completeExceptionally(e);
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            found.completeExceptionally(e);
        }
        return found;
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
