package io.weldr.proxy.route;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.weldr.core.balance.Hashing;
import io.weldr.core.pool.RequestKey;
import io.weldr.proxy.http1.RequestHead;

/** Hashes what requests of one client have in common. Immutable; no allocation a request. */
public final class KeySource {
    private static final int IPV6_BYTES = 16;
    private static final int SITE_BYTES = 8;

    private final RequestKey.Source source;
    private final byte[] name;
    private final int ipv6Bytes; // of an address that count

    /** Tells each address from every other one. */
    public KeySource(RequestKey key) {
        this(key, IPV6_BYTES);
    }

    private KeySource(RequestKey key, int ipv6Bytes) {
        this.ipv6Bytes = ipv6Bytes;
        source = key.source();
        name = key.name() == null ? new byte[0] : key.name().getBytes(US_ASCII);
    }

    /** Takes the IPv6 addresses of a /64 for one: whoever has one of them has all (RFC 6177 section 2). */
    public static KeySource ofSites(RequestKey key) {
        return new KeySource(key, SITE_BYTES);
    }

    private long hash(byte[] address, int length) {
        return Hashing.of(address, 0, length == IPV6_BYTES ? ipv6Bytes : length);
    }

    /**
     * The hash of the key of a connection that is not understood: only its client is known. 0 if the key is something
     * else.
     */
    public long hash(byte[] clientAddress) {
        return source == RequestKey.Source.CLIENT_ADDRESS ? hash(clientAddress, clientAddress.length) : 0;
    }

    /** The hash of a request's key; 0 if the request has none. */
    public long hash(RequestHead head, HeadView view) {
        return switch (source) {
            case CLIENT_ADDRESS -> {
                byte[] address = view.clientAddress();
                yield hash(address, address.length);
            }
            case HEADER -> {
                int line = view.find(name, 0);
                yield line < 0 ? 0 : Hashing.of(head.bytes(), head.valueStart(line), head.valueEnd(line));
            }
            case COOKIE -> {
                long range = Cookies.find(head, name);
                yield range == Cookies.NONE ? 0 : Hashing.of(head.bytes(), Cookies.start(range), Cookies.end(range));
            }
            case PATH -> Hashing.of(head.bytes(), view.pathStart(), view.pathEnd());
        };
    }
}
