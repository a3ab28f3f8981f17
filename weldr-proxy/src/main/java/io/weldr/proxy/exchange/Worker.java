package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Answers;
import io.weldr.proxy.edit.DateField;
import io.weldr.proxy.edit.RequestEditor;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.stats.OriginStats;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.proxy.upstream.OriginRecord;
import io.weldr.proxy.upstream.PoolView;
import io.weldr.proxy.upstream.UpstreamLoop;
import io.weldr.proxy.upstream.UpstreamSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one event loop owns: scratch space for heads, deadlines, its copy of the routing view, its connections to
 * origins, its counters and its clients. Two workers share nothing that is written on the path of a request.
 */
public final class Worker {

    /** How long an idle connection is kept when draining began; the time that a request takes over a slow network. */
    private static final Duration LAST_CALL = Duration.ofMillis(500);

    /** Between two lots of deadlines that expire at the same time. */
    private static final long BREATH_MILLIS = 1;

    final EventLoop loop;
    final ExchangeSettings settings;
    final ProxyLimits limits;
    final DeadlineWheel wheel = new DeadlineWheel();
    final RequestHead head;
    final byte[] scratch;
    final HeadWriter writer = new HeadWriter();
    final RequestEditor requestEditor;
    final ResponseEditor responseEditor;
    final Answers answers;
    final PoolView origins;
    final RetryBudget retryBudget;
    final Pipe pipe = new Pipe();
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    final WorkerStats stats = new WorkerStats();
    final int clientIdleTicks;
    final int requestHeadTicks;
    final int clientProgressTicks;
    final int tunnelIdleTicks;
    final int exchangeTicks;
    final int lingerTicks;
    final int lastCallTicks = DeadlineWheel.ticks(LAST_CALL);
    final AccessLog.@Nullable Sheet accessLog;

    /** The request whose head is in {@link #scratch} and {@link #head} now, or null. */
    @Nullable RequestRelay scanned;

    private final long idPrefix;
    private final long startNanos = System.nanoTime();
    private long idSequence;
    private final RequestId spareId = new RequestId();
    private @Nullable H1Server clients; // a list through the connections themselves
    private boolean draining;
    private boolean behind; // more has expired than fits into one turn
    private volatile long
            viewNumber; // of the view that it routes by; written by the loop, read by whoever waits for it
    private volatile long tickedNanos = System.nanoTime(); // written by the loop, read by whoever watches it

    /**
     * A worker that serves nothing until it is given a view.
     *
     * @param number of this worker among all of the node, so that they do not all start with the same origin
     * @param idPrefix first half of the request ids that this node makes
     * @param records how origins do on real traffic, seen by the whole node
     */
    public Worker(
            EventLoop loop,
            int number,
            ExchangeSettings settings,
            UpstreamSettings upstream,
            NameResolver resolver,
            long idPrefix,
            Function<Origin, OriginRecord> records) {
        this.loop = loop;
        this.settings = settings;
        this.idPrefix = idPrefix;
        idSequence = (long) number << 48;
        limits = settings.limits();
        head = new RequestHead(limits, settings.traceAllowed());
        scratch = new byte[limits.headBytesMax()];
        DateField date = new DateField(Clock.systemUTC());
        requestEditor = new RequestEditor(
                settings.viaName(),
                settings.forwarding().writesXForwarded(),
                settings.forwarding().writesForwarded());
        responseEditor = new ResponseEditor(settings.viaName(), date);
        answers = new Answers(date);
        origins = new PoolView(new UpstreamLoop(loop, wheel, upstream, resolver), records, number);
        retryBudget = new RetryBudget(limits, wheel);
        clientIdleTicks = DeadlineWheel.ticks(limits.clientIdleTimeout());
        requestHeadTicks = DeadlineWheel.ticks(limits.requestHeadTimeout());
        clientProgressTicks = DeadlineWheel.ticks(limits.clientProgressTimeout());
        tunnelIdleTicks = DeadlineWheel.ticks(limits.tunnelIdleTimeout());
        exchangeTicks = limits.exchangeTimeout().isZero() ? 0 : DeadlineWheel.ticks(limits.exchangeTimeout());
        accessLog = settings.accessLog() == null ? null : settings.accessLog().newSheet();
        lingerTicks = DeadlineWheel.ticks(limits.lingerTimeout());
    }

    /** Starts the deadline wheel. Any thread. */
    public void start() {
        loop.scheduleAtFixedRate(
                this::tick, DeadlineWheel.TICK_MILLIS, DeadlineWheel.TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        tickedNanos = System.nanoTime();
        try {
            if (!behind) {
                expire();
            }
            if (accessLog != null) {
                accessLog.handOver();
            }
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

    public EventLoop loop() {
        return loop;
    }

    /**
     * For how long the loop has not run its timer, which is due each {@link DeadlineWheel#TICK_MILLIS}. Any thread. A
     * loop that hangs, or that gets no processor, has a silence that grows.
     */
    public long silenceNanos() {
        return System.nanoTime() - tickedNanos;
    }

    public WorkerStats stats() {
        return stats;
    }

    /** Counters by origin; any thread. */
    public Map<OriginId, OriginStats> originStats() {
        return origins.stats();
    }

    /**
     * Takes over a new view on this worker's own loop. Any thread.
     *
     * @param number of the view; a later view has a higher one
     */
    public void update(RoutingView view, long number) {
        try {
            loop.execute(
                    () -> { // later: an exchange may be in the middle of picking an origin
                        origins.update(view);
                        viewNumber = number;
                    });
        } catch (RejectedExecutionException e) {
            LOG.debug("this worker has stopped", e);
        }
    }

    /** The number of the view that this worker routes by; 0 before the first. Any thread. */
    public long viewNumber() {
        return viewNumber;
    }

    /**
     * From now on responses announce the end of their connection, and connections that stay idle are closed, a moment later: a
     * request that a client sent before it could know is answered. On the loop.
     */
    public void drain() {
        draining = true;
        for (H1Server at = clients; at != null; at = at.next) {
            at.lastCall();
        }
        origins.retireAll();
    }

    /** Closes every client connection, whatever it is doing. On the loop. */
    public void cutAll() {
        for (H1Server at = clients; at != null; at = clients) {
            at.cutOff();
            remove(at);
        }
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

    /** What a connection is told for which there is no room; its request, if it has sent one, is not looked at. On the loop. */
    public ByteBuf tooManyConnections(ByteBufAllocator allocator) {
        spareId.make(idPrefix, nextId());
        answers.write(Failure.TOO_MANY_CONNECTIONS, writer, Persistence.CLOSE, false, false, spareId);
        ByteBuf out = allocator.directBuffer(writer.length());
        writer.writeTo(out);
        return out;
    }

    boolean draining() {
        return draining;
    }

    void add(H1Server client) {
        client.next = clients;
        if (clients != null) {
            clients.previous = client;
        }
        clients = client;
        client.listed = true;
        stats.connectionsAccepted.increment();
        stats.connectionsOpen.increment();
    }

    void remove(H1Server client) {
        if (!client.listed) {
            return;
        }
        client.listed = false;
        stats.connectionsOpen.add(-1);
        if (client.previous != null) {
            client.previous.next = client.next;
        } else {
            clients = client.next;
        }
        if (client.next != null) {
            client.next.previous = client.previous;
        }
        client.previous = null;
        client.next = null;
    }

    long idPrefix() {
        return idPrefix;
    }

    long nextId() {
        return idSequence++;
    }
}
