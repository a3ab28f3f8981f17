package io.weldr.proxy.http;

import java.util.Locale;

/**
 * The field names that an intermediary has an opinion about; all others are {@link #OTHER} and copied as they came.
 * A name is looked up by its length first, so that most fields cost one array read.
 */
public enum Field {
    OTHER(Kind.PLAIN),
    ACCEPT(Kind.PLAIN),
    REFERER(Kind.PLAIN),
    USER_AGENT(Kind.PLAIN),
    // Framing: rewritten, never copied.
    CONTENT_LENGTH(Kind.FRAMING),
    TRANSFER_ENCODING(Kind.FRAMING),
    // Hop by hop: RFC 9110 section 7.6.1. Never copied.
    CONNECTION(Kind.HOP),
    KEEP_ALIVE(Kind.HOP),
    PROXY_CONNECTION(Kind.HOP),
    TE(Kind.HOP),
    UPGRADE(Kind.HOP),
    /** Never standard, and read by CGI programs as the address of a proxy to use. */
    PROXY(Kind.HOP),
    HTTP2_SETTINGS(Kind.HOP),
    // What framing, routing or trust rely on: Connection cannot name these.
    HOST(Kind.PROTECTED),
    VIA(Kind.PROTECTED),
    EXPECT(Kind.PROTECTED),
    MAX_FORWARDS(Kind.PROTECTED),
    TRAILER(Kind.PROTECTED),
    DATE(Kind.PROTECTED),
    AUTHORIZATION(Kind.PROTECTED),
    COOKIE(Kind.PROTECTED),
    CONTENT_TYPE(Kind.PROTECTED),
    CONTENT_ENCODING(Kind.PROTECTED),
    CONTENT_RANGE(Kind.PROTECTED),
    SET_COOKIE(Kind.PROTECTED),
    LOCATION(Kind.PROTECTED),
    CACHE_CONTROL(Kind.PROTECTED),
    X_REQUEST_ID(Kind.PROTECTED),
    TRACEPARENT(Kind.PROTECTED),
    TRACESTATE(Kind.PROTECTED),
    // Who the client is: believed from trusted peers only.
    FORWARDED(Kind.TRUST),
    X_FORWARDED_FOR(Kind.TRUST),
    X_FORWARDED_PROTO(Kind.TRUST),
    X_FORWARDED_HOST(Kind.TRUST),
    X_FORWARDED_PORT(Kind.TRUST),
    X_FORWARDED_SERVER(Kind.TRUST),
    X_FORWARDED_PREFIX(Kind.TRUST),
    X_REAL_IP(Kind.TRUST),
    /** X-Forwarded-Ssl, X-Forwarded-Client-Cert, and whatever else was invented with that beginning. */
    X_FORWARDED_OTHER(Kind.TRUST),
    /** Any of these written with an underscore: the same name to CGI and its heirs, and never a sincere one. */
    X_FORWARDED_DISGUISED(Kind.HOP),
    // Not for a trailer section: RFC 9110 section 6.5.1. Elsewhere nobody's business.
    RANGE(Kind.HEAD_ONLY),
    IF_MATCH(Kind.HEAD_ONLY),
    IF_NONE_MATCH(Kind.HEAD_ONLY),
    IF_RANGE(Kind.HEAD_ONLY),
    IF_MODIFIED_SINCE(Kind.HEAD_ONLY),
    IF_UNMODIFIED_SINCE(Kind.HEAD_ONLY),
    PRAGMA(Kind.HEAD_ONLY),
    AGE(Kind.HEAD_ONLY),
    EXPIRES(Kind.HEAD_ONLY),
    VARY(Kind.HEAD_ONLY),
    RETRY_AFTER(Kind.HEAD_ONLY),
    WWW_AUTHENTICATE(Kind.HEAD_ONLY),
    PROXY_AUTHENTICATE(Kind.HEAD_ONLY),
    PROXY_AUTHORIZATION(Kind.HEAD_ONLY);

    /** How an intermediary treats a field. */
    public enum Kind {
        PLAIN,
        FRAMING,
        HOP,
        PROTECTED,
        TRUST,
        HEAD_ONLY
    }

    private static final Field[][] BY_LENGTH = byLength();

    private static final byte[] X_FORWARDED = Octets.ascii("x-forwarded-");

    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // never written after it was made, never handed out
    private final byte[] lower = Octets.ascii(name().toLowerCase(Locale.ROOT).replace('_', '-'));

    Field(Kind kind) {
        this.kind = kind;
    }

    /** This name's place in a set of names held in a {@code long}. */
    @SuppressWarnings("EnumOrdinal") // a bit set that lives as long as one scan; a test keeps the enum below 64 names
    public long bit() {
        return 1L << ordinal();
    }

    private boolean hasName() {
        return this != OTHER && this != X_FORWARDED_OTHER && this != X_FORWARDED_DISGUISED;
    }

    public Kind kind() {
        return kind;
    }

    /** The field whose name is {@code bytes[from, to)}, which are known to be token octets. */
    public static Field named(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < BY_LENGTH.length) {
            for (Field field : BY_LENGTH[length]) {
                if (Octets.equalsIgnoreCase(bytes, from, to, field.lower)) {
                    return field;
                }
            }
        }
        return length > 0 && (bytes[from] | 0x20) == 'x' ? forwarded(bytes, from, to) : OTHER;
    }

    /** Names that say who the client is, but that have no entry of their own. */
    private static Field forwarded(byte[] bytes, int from, int to) {
        boolean begins =
                to - from > X_FORWARDED.length && equalsDisguised(bytes, from, from + X_FORWARDED.length, X_FORWARDED);
        if (!begins && !equalsDisguised(bytes, from, to, X_REAL_IP.lower)) {
            return OTHER;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] == '_') {
                return X_FORWARDED_DISGUISED;
            }
        }
        return X_FORWARDED_OTHER;
    }

    private static boolean equalsDisguised(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            byte octet = bytes[from + i];
            boolean same = lower[i] == '-' ? octet == '-' || octet == '_' : (octet | 0x20) == lower[i];
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static Field[][] byLength() {
        int longest = 0;
        for (Field field : values()) {
            longest = Math.max(longest, field.lower.length);
        }
        Field[][] table = new Field[longest + 1][];
        for (int length = 0; length <= longest; length++) {
            int wanted = length;
            table[length] = java.util.Arrays.stream(values())
                    .filter(field -> field.hasName() && field.lower.length == wanted)
                    .toArray(Field[]::new);
        }
        return table;
    }
}
