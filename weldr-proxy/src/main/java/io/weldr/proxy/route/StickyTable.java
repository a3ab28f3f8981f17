package io.weldr.proxy.route;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.weldr.core.balance.Hashing;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.port.CookieTokens;
import io.weldr.proxy.http1.RequestHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of one pool: which token stands for which origin, and the line that gives a client its cookie. Immutable.
 * A lookup allocates nothing and makes no cryptographic calculation: tokens are compared with those of the origins that
 * may be used.
 */
public final class StickyTable {
    private final byte[] name;
    private final Map<OriginId, Cookie> cookies;
    private final @Nullable Entry[] slots; // open addressing; a power of two, at most half full

    /**
     * What the token of a cookie stands for.
     *
     * @param current whether a new cookie would have the same token; if not, it is of the secret before
     */
    public record Binding(OriginId origin, boolean current) {}

    /** Never compared, and never changed. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(byte[] token, Binding binding) {}

    /** Never compared, and never changed. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Cookie(Origin origin, byte[] line) {}

    private StickyTable(byte[] name, Map<OriginId, Cookie> cookies, List<Entry> entries) {
        this.name = name;
        this.cookies = cookies;
        int size = Integer.highestOneBit(Math.max(2, entries.size()) * 2 - 1) * 2;
        slots = new Entry[size];
        for (Entry entry : entries) {
            int at = slot(entry.token(), 0, entry.token().length);
            while (slots[at] != null) {
                at = (at + 1) & (slots.length - 1);
            }
            slots[at] = entry;
        }
    }

    static StickyTable of(
            PoolName pool, StickyCookie cookie, List<Origin> serving, List<Origin> bound, CookieTokens tokens) {
        Map<OriginId, Cookie> cookies = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (List<Origin> origins : List.of(serving, bound)) {
            for (Origin origin : origins) {
                String own = tokens.token(pool, origin.id());
                cookies.put(origin.id(), new Cookie(origin, line(cookie, own)));
                for (String token : tokens.accepted(pool, origin.id())) {
                    entries.add(new Entry(token.getBytes(US_ASCII), new Binding(origin.id(), token.equals(own))));
                }
            }
        }
        return new StickyTable(cookie.name().getBytes(US_ASCII), cookies, entries);
    }

    private static byte[] line(StickyCookie cookie, String token) {
        StringBuilder line = new StringBuilder("Set-Cookie: ")
                .append(cookie.name())
                .append('=')
                .append(token)
                .append("; Path=/");
        Duration lifetime = cookie.lifetime();
        if (lifetime != null) {
            line.append("; Max-Age=").append(lifetime.toSeconds());
        }
        if (cookie.secure()) {
            line.append("; Secure");
        }
        if (cookie.httpOnly()) {
            line.append("; HttpOnly");
        }
        line.append("; SameSite=")
                .append(
                        switch (cookie.sameSite()) {
                            case STRICT -> "Strict";
                            case LAX -> "Lax";
                            case NONE -> "None";
                        });
        return line.append("\r\n").toString().getBytes(US_ASCII);
    }

    /** The origin that the cookie of a request stands for; null: none that may be used. */
    public @Nullable Binding find(RequestHead head) {
        long range = Cookies.find(head, name);
        return range == Cookies.NONE ? null : find(head.bytes(), Cookies.start(range), Cookies.end(range));
    }

    /** The origin that a token stands for; null: none that may be used. */
    @Nullable Binding find(byte[] bytes, int from, int to) {
        int at = slot(bytes, from, to);
        for (Entry entry = slots[at]; entry != null; entry = slots[at]) {
            if (Arrays.equals(entry.token(), 0, entry.token().length, bytes, from, to)) {
                return entry.binding();
            }
            at = (at + 1) & (slots.length - 1);
        }
        return null;
    }

    private int slot(byte[] bytes, int from, int to) {
        return (int) Hashing.of(bytes, from, to) & (slots.length - 1);
    }

    /**
     * The header line that gives a client the cookie of an origin; null if the origin is none of the table. Not to be
     * changed.
     */
    public byte @Nullable [] line(OriginId origin) {
        Cookie cookie = cookies.get(origin);
        return cookie == null ? null : cookie.line();
    }

    /** The origin of that id; null if it is none of the table. */
    public @Nullable Origin origin(OriginId id) {
        Cookie cookie = cookies.get(id);
        return cookie == null ? null : cookie.origin();
    }
}
