package io.weldr.proxy.edit;

import io.netty.util.NetUtil;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who a client connection comes from, as the bytes that X-Forwarded-For and Forwarded take; made once for each
 * connection.
 *
 * @param address literal address; IPv6 without brackets and zone
 * @param raw the same as 4 or 16 bytes; 0.0.0.0 if it is no IP address
 * @param trusted whether what it says about clients behind it is believed
 * @param http2 whether it speaks HTTP/2, as Via says
 * @param forbidden fields that it may not send: they are left out, and no route sees them
 * @param tls what was agreed on by TLS; null: the connection is in the clear
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; it lives as long as its connection
public record Peer(
        byte[] address,
        byte[] raw,
        boolean trusted,
        boolean http2,
        FieldNames forbidden,
        @Nullable PeerTls tls) {

    private static final byte[] UNKNOWN = new byte[4];

    /** What an IPv6 address begins with that stands for an IPv4 address (RFC 4291 section 2.5.5.2). */
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    /** One that speaks HTTP/1, in the clear. */
    public Peer(byte[] address, byte[] raw, boolean trusted) {
        this(address, raw, trusted, false, FieldNames.NONE, null);
    }

    /** The same, speaking HTTP/2. */
    public Peer overHttp2() {
        return new Peer(address, raw, trusted, true, forbidden, tls);
    }

    /** The client end of a connection; anything but an IP socket is {@code unknown} (RFC 7239 section 6.2). */
    public static Peer of(SocketAddress socketAddress, boolean trusted) {
        if (!(socketAddress instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return new Peer(Octets.ascii("unknown"), UNKNOWN, trusted);
        }
        return new Peer(Octets.ascii(text(inet.getAddress())), raw(inet.getAddress()), trusted);
    }

    /** The same, with fields that it may not send, and with what was agreed on by TLS. */
    public Peer with(FieldNames fields, @Nullable PeerTls session) {
        return new Peer(address, raw, trusted, http2, fields, session);
    }

    /** Whether its requests are for the scheme https. */
    public boolean secure() {
        return tls != null;
    }

    /**
     * Whether it is an IPv6 address, which some places take in brackets only. Only that has a colon, within the first
     * five octets.
     */
    boolean isIpv6() {
        for (int i = 0; i < address.length && i < 5; i++) {
            if (address[i] == ':') {
                return true;
            }
        }
        return false;
    }

    private static byte[] raw(InetAddress address) {
        byte[] bytes = address.getAddress();
        return Arrays.mismatch(bytes, MAPPED) == MAPPED.length
                ? Arrays.copyOfRange(bytes, MAPPED.length, bytes.length)
                : bytes;
    }

    /** As RFC 5952 writes it; an IPv4 client of a socket that takes both is one. */
    private static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        int mapped = Arrays.mismatch(bytes, MAPPED);
        return mapped == MAPPED.length ? NetUtil.bytesToIpAddress(bytes, mapped, 4) : NetUtil.toAddressString(address);
    }
}
