package io.weldr.proxy.http1;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Who a client connection comes from, as the bytes that X-Forwarded-For takes; made once for each connection.
 *
 * @param address literal address; IPv6 without brackets and zone
 * @param trusted whether what it says about clients behind it is believed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; it lives as long as its connection
public record Peer(byte[] address, boolean trusted) {

    /** The client end of a connection; anything but an IP socket is {@code unknown} (RFC 7239 section 6.2). */
    public static Peer of(SocketAddress socketAddress, boolean trusted) {
        if (!(socketAddress instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return new Peer(Octets.ascii("unknown"), trusted);
        }
        return new Peer(Octets.ascii(text(inet.getAddress())), trusted);
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return zone < 0 ? text : text.substring(0, zone);
    }
}
