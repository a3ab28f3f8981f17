package io.weldr.proxy.server;

import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.net.Link;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Selects the protocol within TLS, and its handler. The one place that a further one is added to. */
public final class ServerProtocols {
    private static final String HTTP_2 = "h2";
    private static final String HTTP_1 = "http/1.1";

    private ServerProtocols() {}

    /**
     * The protocols that clients choose from by ALPN (RFC 7301), the best first.
     *
     * @param http2 whether the listener speaks HTTP/2
     */
    public static List<String> offered(boolean http2) {
        return http2 ? List.of(HTTP_2, HTTP_1) : List.of(HTTP_1);
    }

    /**
     * Who serves a connection from now on.
     *
     * @param protocol that was chosen; null: none, which means HTTP/1.1
     * @param peer who the client is, its session included
     */
    static Client serve(@Nullable String protocol, ServerLoop loop, Link link, Peer peer) {
        return HTTP_2.equals(protocol) ? new H2Server(loop, link, peer) : new H1Server(loop, link, peer);
    }
}
