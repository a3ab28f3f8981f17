package io.weldr.proxy.exchange;

import io.weldr.proxy.limits.ProxyLimits;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * How exchanges are conducted.
 *
 * @param viaName our name in Via
 * @param trusted peers whose X-Forwarded-* and Forwarded are believed
 * @param traceAllowed whether TRACE is passed on
 */
public record ExchangeSettings(
        ProxyLimits limits, String viaName, Predicate<InetSocketAddress> trusted, boolean traceAllowed) {}
