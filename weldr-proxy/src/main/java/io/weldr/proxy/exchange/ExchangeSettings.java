package io.weldr.proxy.exchange;

import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How exchanges are conducted.
 *
 * @param viaName our name in Via
 * @param trusted peers whose X-Forwarded-* and Forwarded are believed
 * @param forwarding in which fields origins are told who the client is
 * @param traceAllowed whether TRACE is passed on
 * @param accessLog where each exchange leaves a line; null: nowhere
 */
public record ExchangeSettings(
        ProxyLimits limits,
        String viaName,
        Predicate<InetSocketAddress> trusted,
        Forwarding forwarding,
        boolean traceAllowed,
        @Nullable AccessLog accessLog) {}
