package io.weldr.proxy.server;

import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.tls.ListenerCertificates;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one listener for its clients, beside its limits. Immutable: shared by all event loops.
 *
 * @param trusted networks whose X-Forwarded-* and Forwarded are believed
 * @param proxies networks from which every connection has to begin with a PROXY protocol header
 * @param tcp where the bytes of each connection go; null: somewhere else, or connections are HTTP
 * @param http2 whether clients may begin to speak HTTP/2 without being asked (RFC 9113 section 3.3)
 * @param certificates of a listener that speaks TLS; null: it does not
 * @param passesTls whether TLS is passed on to the origins, which are found by the name that the client asks for
 * @param redirectPort every request is answered with a redirect to https at that port; 0: it is not
 * @param identityFields fields by which some listener tells origins who a client is: clients that are not trusted may
 *     not send them
 */
public record ListenerTerms(
        List<Network> trusted,
        List<Network> proxies,
        @Nullable PoolName tcp,
        boolean http2,
        @Nullable ListenerCertificates certificates,
        boolean passesTls,
        int redirectPort,
        FieldNames identityFields) {

    public ListenerTerms {
        trusted = List.copyOf(trusted);
        proxies = List.copyOf(proxies);
    }

    /** Whether its connections are streams of bytes that nobody here understands. */
    boolean relays() {
        return tcp != null || passesTls;
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
