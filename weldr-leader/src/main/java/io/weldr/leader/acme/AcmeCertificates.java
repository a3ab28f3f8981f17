package io.weldr.leader.acme;

import io.weldr.core.port.AppliedBarrier;
import io.weldr.core.port.ChainReader;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty of a leader to obtain and renew certificates. One thread takes the steps, and two more serve the HTTP
 * client; they end when they have had nothing to do for a while, so that a follower has none. What is measured is
 * measured on followers too.
 */
public final class AcmeCertificates implements LeaderDuty, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AcmeCertificates.class);

    /** After a step that ended by our own mistake. */
    private static final Duration AFTER_MISTAKE = Duration.ofMinutes(1);

    private static final long IDLE_THREAD_SECONDS = 30;
    private static final int CALLBACK_THREADS = 2;

    private final Published<ClusterState> state;
    private final ScheduledThreadPoolExecutor thread;
    private final ThreadPoolExecutor callbacks;
    private final Supplier<Steps> maker;
    private @Nullable Steps steps; // made for the first certificate of an authority; confined to the thread
    private final AcmeCounters counters = new AcmeCounters();
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile @Nullable Leading leading;
    private @Nullable ScheduledFuture<?> timer; // confined to the thread
    private long begun; // the last term that steps were taken in; confined to the thread
    private Published.@Nullable Subscription subscription; // guarded by this

    /**
     * Makes the parts; nobody is asked before {@link #start}.
     *
     * @param seal seals and opens the keys of accounts, orders and external accounts
     * @param reader checks what an authority has issued
     * @param barrier waits until the members answer challenges by what was committed
     * @param trust authorities of the certificates of ACME servers; null: those of the Java platform
     * @param clock of this node; a renewal is due by it
     * @param random spreads what is tried again
     * @param version of weldr, for the User-Agent (RFC 8555 section 6.1)
     */
    public AcmeCertificates(
            Published<ClusterState> state,
            CommandGateway gateway,
            KeySeal seal,
            ChainReader reader,
            AppliedBarrier barrier,
            @Nullable SSLContext trust,
            Clock clock,
            RandomGenerator random,
            String version) {
        this(state, gateway, seal, reader, barrier, trust, clock, random, version, Ordering.POLL_MIN);
    }

    /** The same with another time between two questions about an order; above 0. */
    AcmeCertificates(
            Published<ClusterState> state,
            CommandGateway gateway,
            KeySeal seal,
            ChainReader reader,
            AppliedBarrier barrier,
            @Nullable SSLContext trust,
            Clock clock,
            RandomGenerator random,
            String version,
            Duration pollMin) {
        this.state = state;
        thread = new ScheduledThreadPoolExecutor(1, daemon("weldr-acme"));
        thread.setRemoveOnCancelPolicy(true);
        thread.setKeepAliveTime(IDLE_THREAD_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        // The queue holds what one exchange brings: the client asks for the body part by part.
        callbacks = new ThreadPoolExecutor(
                CALLBACK_THREADS,
                CALLBACK_THREADS,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemon("weldr-acme-http"));
        callbacks.allowCoreThreadTimeOut(true);
        AcmeCounters counted = counters;
        maker = () -> {
            AcmeRecords records = new AcmeRecords(state, gateway, clock);
            return new Steps(
                    records,
                    new Authorities(new AuthorityConnector(trust, callbacks, version), clock),
                    new Ordering(records, seal, reader, barrier, clock, pollMin),
                    seal,
                    clock,
                    random,
                    counted);
        };
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        };
    }

    @Override
    public synchronized void start(long term) {
        stop(); // nothing, unless a stop was forgotten
        leading = new Leading(term);
        subscription = state.subscribe(next -> wake());
    }

    /** What the authority is being asked is given up. What is committed says where it goes on. */
    @Override
    public synchronized void stop() {
        Leading ended = leading;
        leading = null;
        if (ended != null) {
            ended.end();
        }
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    /** Many changes in a row are looked at once. */
    private void wake() {
        if (asked.compareAndSet(false, true)) {
            try {
                thread.execute(this::look);
            } catch (RejectedExecutionException e) {
                LOG.debug("closed");
            }
        }
    }

    private void look() {
        asked.set(false); // before the state is read: a change after it asks again
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        Leading acting = leading;
        if (acting == null || acting.over()) {
            return;
        }
        Duration wait;
        try {
            Steps taking = steps();
            if (taking == null) {
                return; // a certificate that comes is noticed
            }
            if (begun != acting.term()) {
                begun = acting.term();
                taking.begin();
            }
            wait = taking.take(acting);
        } catch (Leading.EndedException e) {
            return; // whoever leads now goes on
        } catch (RuntimeException | Error e) {
            LOG.error("certificates: a step failed by a mistake of weldr", e);
            wait = AFTER_MISTAKE;
        }
        try {
            timer = thread.schedule(this::wake, wait.toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed");
        }
    }

    /** Null: no certificate comes from an authority, so that the library which speaks with them need not be loaded. */
    private @Nullable Steps steps() {
        Steps known = steps;
        if (known == null
                && state.get().certificates().values().stream().anyMatch(certificate -> certificate.acme() != null)) {
            known = maker.get();
            steps = known;
        }
        return known;
    }

    @Override
    public List<Measurement> measure() {
        return counters.measure(state.get());
    }

    /** Ends the threads. May be repeated. */
    @Override
    public void close() {
        stop();
        thread.shutdownNow();
        callbacks.shutdownNow();
    }

    @Override
    public String toString() {
        return "certificates";
    }
}
