package io.weldr.leader.health;

import io.netty.channel.socket.SocketChannel;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.ProbeTls.Alpn;

/**
 * What one type of probe asks over a connection that stands. One object serves all probes of its type, on their loops.
 */
interface Question {
    /**
     * What is offered by ALPN in the TLS handshake with an https origin.
     *
     * @param protocol of the pool
     */
    default Alpn alpn(OriginProtocol protocol) {
        return Alpn.NONE;
    }

    /**
     * Asks. The connection stands, and its TLS handshake is over if the origin has one. The result goes to {@link
     * Attempt#answered} or {@link Attempt#finish}; the attempt itself ends at the deadline, or when the connection
     * breaks or closes.
     */
    void ask(Attempt attempt, SocketChannel connection);

    /**
     * The host and port of the origin as a request names them: RFC 9110 section 7.2, the port only where it is not the
     * scheme's own.
     */
    static String authority(OriginUrl url) {
        boolean plain = url.address().port() == url.scheme().defaultPort();
        return plain ? url.address().uriHost() : url.address().toString();
    }
}
