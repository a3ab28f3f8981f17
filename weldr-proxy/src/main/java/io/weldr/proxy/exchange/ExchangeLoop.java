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
import io.weldr.proxy.upstream.WorkerView;
import org.jspecify.annotations.Nullable;

/**
 * What the exchanges of one event loop share.
 *
 * @param loopGuard finds requests that come back again and again
 * @param held where buffers that wait are counted
 * @param scanner has the head of a request that begins
 * @param view where they find a route and an origin
 * @param routing how they find a route
 * @param accessLog where each leaves a line; null: nowhere
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
        AccessLog.@Nullable Sheet accessLog) {}
