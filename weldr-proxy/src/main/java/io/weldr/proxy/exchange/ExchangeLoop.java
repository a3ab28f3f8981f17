package io.weldr.proxy.exchange;

import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.LoopGuard;
import io.weldr.proxy.edit.RequestIds;
import io.weldr.proxy.http1.RequestScanner;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.trace.TraceLoop;
import io.weldr.proxy.upstream.WorkerView;
import org.jspecify.annotations.Nullable;

/**
 * The objects that the exchanges of one listener share on one event loop.
 *
 * @param loopGuard finds requests that come back again and again
 * @param held where buffers that wait are counted
 * @param scanner has the head of a request that begins
 * @param view where they find a route and an origin
 * @param routing how they find a route
 * @param listener the name of the listener that their clients came by, for the access log
 * @param accessLog where each leaves a line; null: nowhere
 * @param tracing to which traces they belong; null: the node does not trace
 */
public record ExchangeLoop(
        ProxyLimits limits,
        DeadlineWheel wheel,
        HeldBytes held,
        RequestScanner scanner,
        LoopGuard loopGuard,
        Editors editors,
        RequestIds ids,
        WorkerView view,
        RoutingTools routing,
        RetryBudget retryBudget,
        WorkerStats stats,
        String listener,
        AccessLog.@Nullable Sheet accessLog,
        @Nullable TraceLoop tracing) {

    /** The same for the clients of one listener: what is not given here is shared with all of the event loop. */
    public ExchangeLoop of(String name, ProxyLimits limits, Editors editors) {
        return new ExchangeLoop(
                limits,
                wheel,
                held,
                scanner,
                loopGuard,
                editors,
                ids,
                view,
                routing,
                retryBudget,
                stats,
                name,
                accessLog,
                tracing);
    }
}
