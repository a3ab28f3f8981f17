package io.weldr.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.internal.PlatformDependent;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.CertificateConditions;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerConditions;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.Published;
import io.weldr.core.port.RoutingSource;
import io.weldr.core.port.SentHeads;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.TrafficSource;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Binder;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.RateLimits;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.stats.SeriesLimit;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.proxy.upstream.UpstreamSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The proxy of one node: binds, serves, drains, closes, and tells what it has done. Serving needs nothing but the last
 * published {@link ClusterState}. Methods may be called from any thread but an event loop, and block until done.
 */
public final class ProxyServer
        implements TrafficSource,
                RoutingSource,
                MetricSource,
                ListenerConditions,
                CertificateConditions,
                AutoCloseable {

    /** A new day brings other keys of session tickets, and a certificate that did not load is tried again. */
    private static final long REFRESH_SECONDS = 60;

    /** Loops that serve take milliseconds to end their connections; one that hangs is not waited for. */
    private static final Duration CUT_TIME_MAX = Duration.ofSeconds(2);

    private static final Duration END_TIME_MAX = Duration.ofSeconds(5);

    /**
     * As short as can be, but not zero: then a loop of Netty 4.2 that is told while it runs tasks ends at once, and
     * leaves its sockets open. So connections to origins outlived the proxy.
     */
    private static final long QUIET_NANOS = 1;

    private final ProxySettings settings;
    private final Published<ClusterState> state;
    private final ConnectionLimit connections;
    private final NameResolver resolver;
    private final ByteBufAllocator allocator;
    private final List<Worker> workers = new ArrayList<>();
    private final Certificates certificates;
    private final Routing routing;
    private final RateLimits rateLimits = new RateLimits();
    private final SeriesLimit httpLimit;
    private final SeriesLimit originLimit;
    private volatile @Nullable Listeners listeners; // from start on
    private @Nullable MultiThreadIoEventLoopGroup group;
    private boolean closed;
    private volatile List<Worker> serving = List.of(); // the workers, from the end of start to the beginning of close

    /**
     * Serves nothing before {@link #start}.
     *
     * @param resolver closed by whoever made it, after the proxy
     */
    public ProxyServer(ProxySettings settings, Published<ClusterState> state, NameResolver resolver) {
        this(settings, state, resolver, ByteBufAllocator.DEFAULT);
    }

    /**
     * Serves nothing before {@link #start}.
     *
     * @param resolver closed by whoever made it, after the proxy
     * @param allocator for all that is read and written
     */
    ProxyServer(
            ProxySettings settings, Published<ClusterState> state, NameResolver resolver, ByteBufAllocator allocator) {
        this.resolver = resolver;
        this.allocator = allocator;
        this.settings = settings;
        this.state = state;
        httpLimit = new SeriesLimit(settings.limits().httpSeriesMax());
        originLimit = new SeriesLimit(settings.limits().originSeriesMax());
        connections = new ConnectionLimit(settings.limits().connectionsMax());
        certificates = new Certificates(settings);
        routing = new Routing(
                new PoolTerms.NodeDefaults(settings.limits(), settings.whenAllDown()),
                (pool, terms, access, ejected, now) ->
                        ServingPool.of(pool, terms, access, ejected, now, settings.tokens()),
                new OriginTls(settings.trust(), settings.keySeal()),
                certificates,
                workers);
    }

    /**
     * Binds every address of the settings and starts serving; or binds none. Of the other listeners of the cluster,
     * those that can be bound are, and those that cannot have a condition that says so.
     *
     * @throws IOException an address cannot be bound; the message names it
     * @throws IllegalStateException the transport is not available here, or this was started before
     */
    public synchronized void start() throws IOException {
        if (group != null || closed) {
            throw new IllegalStateException("proxy: started before (expected: once)");
        }
        Transport transport = settings.transport().resolve();
        int number = settings.workers() > 0
                ? settings.workers()
                : Runtime.getRuntime().availableProcessors();
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                number, new DefaultThreadFactory("weldr-proxy", true), transport.ioHandler());
        group = loops;
        try {
            makeWorkers(loops, transport, number);
            routing.follow(state);
            Binder binder = new Binder(transport, loops, settings.limits(), allocator);
            Listeners all =
                    new Listeners(settings, workers, connections, binder, certificates, routing::routedRevision);
            listeners = all;
            all.follow(state);
            workers.get(0)
                    .loop()
                    .scheduleWithFixedDelay(routing::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
            serving = List.copyOf(workers);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void makeWorkers(MultiThreadIoEventLoopGroup loops, Transport transport, int number) {
        UpstreamSettings upstream = new UpstreamSettings(
                settings.limits(), transport, number, allocator, new DeadAddresses<>(UpstreamSettings.DEAD_TIME));
        long heldMax = Math.max(1, heldBytesMax(settings.limits()) / number);
        long idPrefix = new SecureRandom().nextLong();
        for (int i = 0; i < number; i++) {
            EventLoop loop = (EventLoop) loops.next();
            if (loop instanceof SingleThreadEventExecutor executor) {
                executor.addShutdownHook(() -> {}); // has it look once more whether sockets are left: see QUIET_NANOS
            }
            Worker worker = new Worker(
                    loop,
                    i,
                    settings,
                    heldMax,
                    upstream,
                    resolver,
                    idPrefix,
                    routing.pools()::record,
                    rateLimits,
                    httpLimit);
            worker.start();
            workers.add(worker);
        }
    }

    /** Half of the direct memory of the process unless a number is set: the other half is for what does not wait. */
    private static long heldBytesMax(ProxyLimits limits) {
        return limits.heldBytesMax() > 0 ? limits.heldBytesMax() : PlatformDependent.maxDirectMemory() / 2;
    }

    /** The first address, with the port that was really bound. Only between start and close. */
    public InetSocketAddress boundAddress() {
        return boundAddresses().get(0);
    }

    /** All addresses, in the order of the settings. */
    public List<InetSocketAddress> boundAddresses() {
        Listeners all = listeners;
        List<InetSocketAddress> own = all == null ? List.of() : all.ownAddresses();
        if (own.isEmpty()) {
            throw new IllegalStateException("proxy: not listening (expected: started)");
        }
        return own;
    }

    /**
     * The secret of the cluster has changed. Soon every worker goes by what is made of it now: the tokens of sticky
     * cookies, the keys of session tickets. Returns at once; harmless before start and after close.
     */
    public void tokensChanged() {
        routing.pools().tokensChanged();
    }

    @Override
    public List<ListenerCondition> listenerConditions() {
        Listeners all = listeners;
        return all == null ? List.of() : all.listenerConditions();
    }

    @Override
    public long listenedRevision() {
        Listeners all = listeners;
        return all == null || serving.isEmpty() ? state.get().revision() : all.listenedRevision();
    }

    @Override
    public List<CertificateCondition> certificateConditions() {
        return certificates.certificateConditions();
    }

    @Override
    public @Nullable String tlsLibrary() {
        return certificates.tlsLibrary();
    }

    /** Tells what origins would get of a request, also before start and after close. */
    public SentHeads sentHeads() {
        return new SampleHeads(settings);
    }

    /**
     * Blocks until every worker serves by a state that is at least as new as the one published last before the call;
     * for tests.
     */
    void awaitRouting() {
        routing.awaitBuilt();
        onEveryLoop(() -> {}).forEach(Future::awaitUninterruptibly);
    }

    /** Blocks until every listener of the state published last before the call has been bound, or tried; for tests. */
    void awaitListeners() {
        Listeners all = listeners;
        while (all != null && !all.idle()) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Runs a task on the loop of each worker, behind what it has to do already. */
    List<Future<?>> onEveryLoop(Runnable task) {
        List<Worker> all;
        synchronized (this) {
            all = List.copyOf(workers);
        }
        List<Future<?>> running = new ArrayList<>();
        all.forEach(worker -> running.add(worker.loop().submit(task)));
        return running;
    }

    /**
     * For how long the event loop of the most silent worker has not run. A loop that works is silent for about 100 ms
     * at most. Zero before start and after close. Any thread; never blocks, not even while the proxy starts or closes.
     */
    public Duration workerSilence() {
        long longest = 0;
        for (Worker worker : serving) {
            longest = Math.max(longest, worker.silenceNanos());
        }
        return Duration.ofNanos(longest);
    }

    @Override
    public long routedRevision() {
        return serving.isEmpty() ? state.get().revision() : routing.routedRevision();
    }

    /** Client connections open now. */
    public int connectionsOpen() {
        return connections.open();
    }

    @Override
    public synchronized Traffic traffic() {
        return TrafficReport.of(workers, state.get(), routing.pools());
    }

    @Override
    public synchronized List<Measurement> measure() {
        return MetricReport.of(
                workers,
                new HttpReport(state.get(), new HttpReport.Limits(httpLimit, originLimit)),
                listeners == null ? List.of() : listeners.ports(),
                connections,
                routing.pools(),
                settings.accessLog());
    }

    /**
     * Refuses new connections, accepts those that have begun, announces the end on every response, lets exchanges under
     * way finish, and closes. Takes half a second at least, if the deadline leaves it. Harmless when closed before.
     *
     * @param deadline after which what is left is cut off
     * @return whether everything finished in time
     */
    public boolean drain(Duration deadline) {
        long until = System.nanoTime() + deadline.toNanos();
        CompletableFuture<Void> refusing;
        synchronized (this) {
            if (closed) {
                return true; // a node that left its cluster has drained before it is told to stop
            }
            workers.forEach(worker -> worker.loop().execute(worker::drain));
            Listeners all = listeners;
            refusing = all == null ? CompletableFuture.completedFuture(null) : all.drain();
        }
        try {
            while (!(refusing.isDone() && connections.open() == 0) && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean quiet = connections.open() == 0;
        close();
        return quiet;
    }

    /**
     * A loop that is told to shut down closes its sockets before it does what it was told before: what clients are to
     * know would be lost.
     */
    private static void awaitCut(List<Future<?>> cut) {
        long until = System.nanoTime() + CUT_TIME_MAX.toNanos();
        for (Future<?> each : cut) {
            each.awaitUninterruptibly(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    /** Closes everything at once. Harmless when closed before. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        serving = List.of();
        routing.close();
        Listeners all = listeners;
        if (all != null) {
            all.close();
        }
        MultiThreadIoEventLoopGroup loops = group;
        if (loops != null) {
            if (all != null) {
                awaitCut(all.cutAll());
            }
            workers.forEach(worker -> worker.loop().execute(worker::end));
            loops.shutdownGracefully(QUIET_NANOS, END_TIME_MAX.toNanos(), TimeUnit.NANOSECONDS)
                    .awaitUninterruptibly(END_TIME_MAX.toMillis() + 1000, TimeUnit.MILLISECONDS);
        }
    }
}
