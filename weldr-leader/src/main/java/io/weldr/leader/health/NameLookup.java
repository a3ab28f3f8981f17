package io.weldr.leader.health;

import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Host names to addresses, as the machine resolves them (hosts file, DNS, whatever it is set up with), on threads of its own
 * since that blocks. The virtual machine keeps answers for some seconds. Literals take no thread. Any thread.
 */
final class NameLookup implements AutoCloseable {
    /**
     * Names that are looked up at the same time. A name that hangs holds one thread however often it is asked for; with this many
     * names hanging the others wait, and their probes say that the name is not resolved.
     */
    static final int THREADS_MAX = 8;

    private static final long IDLE_SECONDS_MAX = 60;

    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<InetAddress[]>> underWay = new ConcurrentHashMap<>();

    NameLookup() {
        threads = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "weldr-health-names");
                    thread.setDaemon(true); // a lookup that hangs cannot be interrupted and must not hold up the exit
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** All addresses, in the order of preference of the machine. Fails with {@link UnknownHostException}. */
    CompletionStage<List<InetSocketAddress>> lookup(HostPort address) {
        if (address.isLiteral()) {
            try {
                return CompletableFuture.completedFuture(
                        List.of(new InetSocketAddress(InetAddress.getByName(address.host()), address.port())));
            } catch (UnknownHostException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
        String host = address.host();
        CompletableFuture<InetAddress[]> started = new CompletableFuture<>();
        CompletableFuture<InetAddress[]> shared = underWay.putIfAbsent(host, started);
        if (shared == null) {
            shared = started;
            threads.execute(() -> lookup(host, started));
        }
        return shared.thenApply(found -> Arrays.stream(found)
                .map(ip -> new InetSocketAddress(ip, address.port()))
                .toList());
    }

    private void lookup(String host, CompletableFuture<InetAddress[]> started) {
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(host);
        } catch (UnknownHostException | RuntimeException e) {
            underWay.remove(host, started);
            started.completeExceptionally(e);
            return;
        }
        underWay.remove(host, started);
        started.complete(found);
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
