package io.weldr.proxy;

import io.netty.channel.EventLoop;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.LoopGuard;
import io.weldr.proxy.edit.RequestIds;
import io.weldr.proxy.exchange.Entrance;
import io.weldr.proxy.exchange.ExchangeLoop;
import io.weldr.proxy.exchange.RetryBudget;
import io.weldr.proxy.exchange.RoutingTools;
import io.weldr.proxy.http1.RequestScanner;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.route.RateLimits;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.server.Clients;
import io.weldr.proxy.server.Handshakes;
import io.weldr.proxy.server.ServerLoop;
import io.weldr.proxy.stats.HttpCell;
import io.weldr.proxy.stats.OriginStats;
import io.weldr.proxy.stats.SeriesLimit;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.trace.TraceLoop;
import io.weldr.proxy.trace.Tracing;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.proxy.upstream.OriginRecord;
import io.weldr.proxy.upstream.UpstreamLoop;
import io.weldr.proxy.upstream.UpstreamSettings;
import io.weldr.proxy.upstream.WorkerView;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one event loop owns, put together: deadlines, its routing view with its connections to origins, its counters
 * and its clients. Two workers share nothing that is written on the path of a request.
 */
final class Worker {

    /** Between two lots of deadlines that expire at the same time. */
    private static final long BREATH_MILLIS = 1;

    /** A view that could not be taken over, as where memory is short, is tried again so often. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final EventLoop loop;
    private final DeadlineWheel wheel = new DeadlineWheel();
    private final WorkerStats stats;
    private final SeriesLimit httpLimit;
    private final HeldBytes held;
    private final WorkerView view;
    private final ExchangeLoop exchanges;
    private final Pipe pipe = new Pipe();
    private final Handshakes handshakes;
    private final AccessLog.@Nullable Sheet accessLog;
    private final long startNanos = System.nanoTime();
    private final AtomicReference<@Nullable Offer> offered = new AtomicReference<>();
    private long offerNotBeforeNanos = startNanos; // confined to the loop: when the timer may take the offer over
    private boolean behind; // more has expired than fits into one turn
    private volatile long viewNumber; // of the view that it routes by; written by the loop, read by who waits for it
    private volatile long tickedNanos = System.nanoTime(); // written by the loop, read by whoever watches it

    /** A view that was handed to this worker, and that it has not taken over yet. */
    private record Offer(RoutingView view, long number) {}

    /**
     * A worker that serves nothing until it is given a view.
     *
     * @param number of this worker among all of the node, so that they do not all start with the same origin
     * @param heldMax bytes that buffers may hold while they wait
     * @param idPrefix first half of the request ids that this node makes
     * @param records how origins do on real traffic, seen by the whole node
     * @param rateLimits counts the requests of the whole node
     * @param httpLimit how many listeners, routes and pools may have series of their own
     */
    Worker(
            EventLoop loop,
            int number,
            ProxySettings settings,
            long heldMax,
            UpstreamSettings upstream,
            NameResolver resolver,
            long idPrefix,
            BiFunction<PoolName, Origin, OriginRecord> records,
            RateLimits rateLimits,
            SeriesLimit httpLimit) {
        this.loop = loop;
        this.httpLimit = httpLimit;
        stats = new WorkerStats(httpLimit);
        ProxyLimits limits = settings.limits();
        accessLog = settings.accessLog() == null ? null : settings.accessLog().newSheet();
        Tracing tracing = settings.tracing();
        int sharers = Math.max(1, upstream.workers());
        handshakes = new Handshakes((limits.handshakesMax() + sharers - 1) / sharers, stats);
        held = new HeldBytes(heldMax, stats.connectionsShed, this::relieveSoon);
        view = new WorkerView(
                new UpstreamLoop(loop, wheel, held, upstream, resolver, stats.http2Origins), records, number);
        RequestScanner scanner = new RequestScanner(limits, settings.traceAllowed());
        exchanges = new ExchangeLoop(
                limits,
                wheel,
                held,
                scanner,
                new LoopGuard(settings.viaName()),
                Editors.of(settings.viaName(), settings.forwarding()),
                new RequestIds(idPrefix, number),
                view,
                new RoutingTools(scanner.head(), rateLimits),
                new RetryBudget(limits, wheel),
                stats,
                ListenerName.DEFAULT.value(),
                accessLog,
                tracing == null ? null : new TraceLoop(tracing, new SecureRandom().nextLong()));
    }

    private void relieveSoon() {
        try {
            loop.execute(held::relieve); // later: whoever has called may hold what is cut
        } catch (RejectedExecutionException e) {
            LOG.debug("this worker has stopped", e);
        } catch (Throwable e) {
            Faults.report("a worker that is out of memory", e); // the next tick does it
        }
    }

    /** Starts the deadline wheel. Any thread. */
    void start() {
        loop.scheduleAtFixedRate(
                this::tick, DeadlineWheel.TICK_MILLIS, DeadlineWheel.TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        tickedNanos = System.nanoTime();
        try {
            if (offered.get() != null && tickedNanos - offerNotBeforeNanos >= 0) {
                takeOver();
            }
            if (!behind) {
                expire();
            }
            if (accessLog != null) {
                accessLog.handOver();
            }
            held.tick();
        } catch (Throwable e) {
            Faults.report("the timer of a worker", e);
        }
    }

    private void expire() {
        behind = false; // unless there is a timer that goes on: else the next tick does
        try {
            if (!wheel.advance(System.nanoTime() - startNanos)) {
                // A timer and not a task: tasks go on until there are none, and sockets wait as long.
                loop.schedule(this::expire, BREATH_MILLIS, TimeUnit.MILLISECONDS);
                behind = true;
            }
        } catch (Throwable e) {
            // Thrown on, it would end the timer, and with it every timeout of this worker.
            Faults.report("a deadline", e);
        }
    }

    EventLoop loop() {
        return loop;
    }

    /** Whether there is memory for the buffers of more connections. Any thread. */
    boolean hasRoom() {
        return held.takesConnections();
    }

    /** For the connections of one listener. Any thread. */
    Clients newClients() {
        return new Clients(stats, wheel);
    }

    /** What the connections of one listener share on this worker. Any thread. */
    ServerLoop serverLoop(ListenerSetup setup, Clients clients) {
        return new ServerLoop(
                exchanges.of(
                        setup.name().value(),
                        setup.limits(),
                        exchanges.editors().with(setup.errorPages())),
                new Entrance(setup.name(), view, stats.http, setup.terms().redirectPort()),
                setup.terms(),
                clients,
                pipe,
                handshakes);
    }

    /**
     * For how long the loop has not run its timer, which is due each {@link DeadlineWheel#TICK_MILLIS}. Any thread. A
     * loop that hangs, or that gets no processor, has a silence that grows.
     */
    long silenceNanos() {
        return System.nanoTime() - tickedNanos;
    }

    /** Bytes that buffers hold while they wait. Any thread. */
    long heldBytes() {
        return held.held();
    }

    WorkerStats stats() {
        return stats;
    }

    /** The pools that it knows; any thread. */
    Set<PoolName> pools() {
        return view.pools();
    }

    /** Counters by origin of a pool; any thread. */
    Map<OriginId, OriginStats> originStats(PoolName pool) {
        return view.stats(pool);
    }

    /**
     * Takes over a new view on this worker's own loop. Any thread. Of several views that come before the loop has time,
     * it takes the last one only: a loop that hangs does not pile views up. A view that cannot be handed over, or not
     * be taken over, stays on offer: the timer tries again, so that no exception leaves this worker with an old view
     * for good.
     *
     * @param number of the view; a later view has a higher one
     */
    void update(RoutingView next, long number) {
        if (offered.getAndSet(new Offer(next, number)) != null) {
            return; // the loop is about to look
        }
        try {
            loop.execute(this::takeOver); // later: an exchange may be in the middle of picking an origin
        } catch (RejectedExecutionException e) {
            LOG.debug("this worker has stopped", e);
        } catch (Throwable e) {
            Faults.report("the hand-over of a routing view to a worker", e);
        }
    }

    private void takeOver() {
        Offer offer = offered.getAndSet(null);
        if (offer == null) {
            return;
        }
        try {
            RoutingView before = view.current();
            view.update(offer.view());
            viewNumber = offer.number();
            forgetSeries(before, offer.view());
        } catch (Throwable e) {
            offerNotBeforeNanos = System.nanoTime() + RETRY_NANOS;
            offered.compareAndSet(null, offer); // a newer one is on its way to the loop already
            Faults.report("the take-over of a routing view by a worker", e);
        }
    }

    /** Routes, listeners and pools that are gone have no series any more. */
    @SuppressWarnings("ReferenceEquality") // routes that are the same are the same object
    private void forgetSeries(@Nullable RoutingView before, RoutingView now) {
        if (before != null && before.routes() != now.routes()) {
            stats.http.retain(key -> isRouted(key, now));
            httpLimit.retain(key -> key instanceof HttpCell.Key http && isRouted(http, now));
        }
    }

    private static boolean isRouted(HttpCell.Key key, RoutingView view) {
        RoutePlans routes = view.routes().get(new ListenerName(key.listener()));
        return routes != null && (key.route().isEmpty() || routes.has(key.route(), key.pool()));
    }

    /** The number of the view that this worker routes by; 0 before the first. Any thread. */
    long viewNumber() {
        return viewNumber;
    }

    /** The node is being drained: idle connections to origins are closed. On the loop. */
    void drain() {
        view.retireAll();
    }

    /** Nothing is served any more. On the loop, behind the ends of all client connections. */
    void end() {
        loop.execute(this::closeBooks); // behind the ends of these connections
        try {
            pipe.close();
        } catch (IOException e) {
            LOG.warn("a pipe could not be closed", e);
        }
    }

    /** The last lines of the access log: the timer that hands them over has ended. */
    private void closeBooks() {
        if (accessLog != null) {
            accessLog.handOver();
        }
    }
}
