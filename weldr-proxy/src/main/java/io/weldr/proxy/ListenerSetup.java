package io.weldr.proxy;

import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.proxy.edit.ErrorPages;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.server.ListenerTerms;
import io.weldr.proxy.tls.ListenerCertificates;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a listener of the cluster means on this node: what it says, and the settings of the node where it says nothing.
 *
 * @param connectionsMax client connections, within the limit of the node
 */
record ListenerSetup(
        ListenerName name, ProxyLimits limits, int connectionsMax, ErrorPages errorPages, ListenerTerms terms) {

    /**
     * Of a listener.
     *
     * @param identityFields as {@link Certificates#identityFields} has them
     * @param certificates of the listener, if it speaks TLS
     */
    static ListenerSetup of(
            Listener listener, Set<String> identityFields, ListenerCertificates certificates, ProxySettings settings) {
        ListenerLimits own = listener.limits();
        ProxyLimits limits = settings.limits();
        if (own.requestBodyBytesMax() != null) {
            limits = limits.with("requestBodyBytesMax", own.requestBodyBytesMax());
        }
        if (own.idleTimeout() != null) {
            boolean http = listener.protocol().carriesHttp();
            limits = limits.with(http ? "clientIdleTimeout" : "tunnelIdleTimeout", own.idleTimeout());
        }
        Integer redirectPort = listener.redirectPort();
        ListenerTerms terms = new ListenerTerms(
                trusted(listener, settings),
                listener.proxyProtocol(),
                listener.pool(),
                listener.protocol() == Listener.Protocol.HTTP && listener.speaksHttp2(),
                listener.protocol() == Listener.Protocol.HTTPS ? certificates : null,
                listener.protocol() == Listener.Protocol.TLS_PASSTHROUGH,
                redirectPort == null ? 0 : redirectPort,
                FieldNames.of(identityFields));
        return new ListenerSetup(
                listener.name(),
                limits,
                own.connectionsMax() == null ? Integer.MAX_VALUE : own.connectionsMax(),
                new ErrorPages(
                        page(listener.errorPages().get(4)),
                        page(listener.errorPages().get(5))),
                terms);
    }

    /** The node's own list is about the listener that is the node's own. */
    static List<Network> trusted(Listener listener, ProxySettings settings) {
        List<Network> said = listener.trustedPeers();
        if (said != null) {
            return said;
        }
        return listener.name().equals(ListenerName.DEFAULT) ? settings.trustedNetworks() : List.of();
    }

    private static ErrorPages.@Nullable Page page(@Nullable ErrorPage page) {
        return page == null ? null : ErrorPages.Page.of(page.contentType(), page.body());
    }
}
