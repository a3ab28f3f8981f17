package io.weldr.proxy.server;

import io.weldr.proxy.exchange.ExchangeLoop;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Pipe;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/** What the client connections of one event loop share: what their exchanges do, and limits in ticks. */
public final class ServerLoop {

    final ExchangeLoop exchanges;
    final Predicate<InetSocketAddress> trusted;
    final Clients clients;
    final Pipe pipe;
    final ProxyLimits limits;
    final int idleTicks;
    final int requestHeadTicks;
    final int progressTicks;
    final int tunnelIdleTicks;
    final int exchangeTicks;
    final int lingerTicks;

    /**
     * What client connections need.
     *
     * @param trusted peers whose X-Forwarded-* and Forwarded are believed
     * @param clients lists those that stand
     * @param pipe moves large bodies; empty between two calls, so that one does for all
     */
    public ServerLoop(ExchangeLoop exchanges, Predicate<InetSocketAddress> trusted, Clients clients, Pipe pipe) {
        this.exchanges = exchanges;
        this.trusted = trusted;
        this.clients = clients;
        this.pipe = pipe;
        limits = exchanges.limits();
        idleTicks = DeadlineWheel.ticks(limits.clientIdleTimeout());
        requestHeadTicks = DeadlineWheel.ticks(limits.requestHeadTimeout());
        progressTicks = DeadlineWheel.ticks(limits.clientProgressTimeout());
        tunnelIdleTicks = DeadlineWheel.ticks(limits.tunnelIdleTimeout());
        exchangeTicks = limits.exchangeTimeout().isZero() ? 0 : DeadlineWheel.ticks(limits.exchangeTimeout());
        lingerTicks = DeadlineWheel.ticks(limits.lingerTimeout());
    }
}
