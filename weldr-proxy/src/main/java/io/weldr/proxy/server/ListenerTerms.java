package io.weldr.proxy.server;

import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one listener says of its clients, beside its limits. Immutable: shared by all event loops.
 *
 * @param trusted networks whose X-Forwarded-* and Forwarded are believed
 * @param proxies networks from which every connection has to begin with a PROXY protocol header
 * @param tcp where the bytes of each connection go; null: connections are HTTP
 * @param sendsProxyProtocol whether origins of {@code tcp} are sent a PROXY protocol header
 * @param http2 whether clients may begin to speak HTTP/2 without being asked (RFC 9113 section 3.3)
 */
public record ListenerTerms(
        List<Network> trusted,
        List<Network> proxies,
        @Nullable PoolName tcp,
        boolean sendsProxyProtocol,
        boolean http2) {

    public ListenerTerms {
        trusted = List.copyOf(trusted);
        proxies = List.copyOf(proxies);
    }

    /** Whether one of the networks has the address. */
    static boolean contain(List<Network> networks, InetSocketAddress peer) {
        if (networks.isEmpty() || peer.getAddress() == null) {
            return false;
        }
        byte[] address = peer.getAddress().getAddress();
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
