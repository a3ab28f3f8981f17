package io.weldr.proxy.limits;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Every queue, buffer and wait of the data plane. A value missing here is a limit nobody chose.
 *
 * <p>Bytes and counts are at least 1 unless 0 is said to mean "off"; durations have a granularity of 100 ms
 * (the deadline wheel), so a shorter one is rounded up. {@code docs/reference/limits.md} lists the reasons for users.
 *
 * @param requestLineBytesMax longest request line; longer answers 414. RFC 9112 section 3 asks for at least 8000
 * @param headBytesMax longest head of a request or response, start line included; longer answers 431 (502 from an
 *     origin). Twice the request line: cookies of 8 KiB are what browsers allow themselves
 * @param fieldsMax most field lines in a head; more answers 431. Real heads have 10 to 40
 * @param trailerBytesMax longest trailer section of a chunked body
 * @param chunkLineBytesMax longest chunk-size line, extensions included. A size has 16 digits; extensions are unused
 * @param requestBodyBytesMax longest request body, longer answers 413; 0 is off: uploads stream, nothing is gathered
 * @param drainBytesMax how much of a request body is read and thrown away to keep a client connection after the
 *     origin's side of it has ended; beyond, closing is cheaper than reading on
 * @param backlogHighBytes unsent bytes of one connection at which its source is no longer read
 * @param backlogLowBytes unsent bytes at which reading starts again
 * @param heldBytesMax bytes that buffers of the node may hold while they wait for a slow peer or the rest of a head, shared
 *     evenly by the workers; 0: half of the process' direct memory. Beyond, new work is refused and the connections that
 *     hold most are cut
 * @param connectionsMax most client connections of the node; more are answered 503 and closed
 * @param exchangesPerConnectionMax requests on one client connection before it is closed; 0 is off
 * @param connectionsPerOriginMax most connections to one origin, shared evenly by the workers (rounded up); 0 is off:
 *     the origin knows better when it is full
 * @param queuePerOriginMax most requests that wait for a connection to one origin, per worker; more answer 503
 * @param idlePerOriginMax most idle connections kept to one origin, per worker
 * @param connectTriesMax most connection attempts for one request, the first included
 * @param retryPercentMax retries as a share of requests, in percent: a failing pool must not see its load doubled
 * @param retryBurstMax retries that are always allowed in one second, so that quiet services can retry at all
 * @param ejectAfterFailures consecutive failures (connect errors, broken answers, 5xx) after which this node stops
 *     using an origin for a while; 0 is off
 * @param ejectSharePercentMax largest share of a pool that may be ejected at a time, in percent
 * @param ejectTime how long the first ejection lasts; each further one lasts that much longer
 * @param ejectTimeMax longest ejection
 * @param connectTimeout until TCP stands. One resent SYN (after 1 s, RFC 6298) fits in, a second (3 s) does not, so
 *     one lost packet is not an error and a dead origin costs little before another one is tried
 * @param tlsTimeout until TLS to an origin stands
 * @param requestHeadTimeout from a request's first byte to the end of its head: slow senders are answered 408
 * @param responseHeadTimeout from the end of the request to the head of the final response; then 504
 * @param clientIdleTimeout an unused client connection is closed. Longer than most clients keep one (Chrome: 300 s is
 *     the exception), so that closing rarely races with a new request
 * @param originIdleTimeout an unused origin connection is closed. Below the 60 s to 75 s after which servers close,
 *     so that ours rarely races with theirs
 * @param clientProgressTimeout longest pause of a client that is sending a body, or not taking a response
 * @param originProgressTimeout longest pause of an origin that is sending a body, or not taking a request
 * @param tunnelIdleTimeout longest silence in a tunnel (WebSocket): most keep-alives are 30 s to 60 s apart
 * @param queueTimeout longest wait for a connection when the origin is at its limit; then 503
 * @param exchangeTimeout longest whole exchange; zero is off: downloads and event streams last as long as they last
 * @param lingerTimeout how long bytes of a refused client are read and thrown away, so that it can read the answer
 *     (RFC 9112 section 9.6)
 */
public record ProxyLimits(
        int requestLineBytesMax,
        int headBytesMax,
        int fieldsMax,
        int trailerBytesMax,
        int chunkLineBytesMax,
        long requestBodyBytesMax,
        long drainBytesMax,
        int backlogHighBytes,
        int backlogLowBytes,
        long heldBytesMax,
        int connectionsMax,
        int exchangesPerConnectionMax,
        int connectionsPerOriginMax,
        int queuePerOriginMax,
        int idlePerOriginMax,
        int connectTriesMax,
        int retryPercentMax,
        int retryBurstMax,
        int ejectAfterFailures,
        int ejectSharePercentMax,
        Duration ejectTime,
        Duration ejectTimeMax,
        Duration connectTimeout,
        Duration tlsTimeout,
        Duration requestHeadTimeout,
        Duration responseHeadTimeout,
        Duration clientIdleTimeout,
        Duration originIdleTimeout,
        Duration clientProgressTimeout,
        Duration originProgressTimeout,
        Duration tunnelIdleTimeout,
        Duration queueTimeout,
        Duration exchangeTimeout,
        Duration lingerTimeout) {

    /** Longest wait that can be asked for; anything longer is a mistake in the unit. */
    private static final Duration WAIT_MAX = Duration.ofDays(7);

    /** What a node uses when nothing is configured. Pinned by a test and explained above. */
    public static final ProxyLimits DEFAULTS = new ProxyLimits(
            8 * 1024,
            16 * 1024,
            100,
            8 * 1024,
            256,
            0,
            1024 * 1024,
            128 * 1024,
            32 * 1024,
            0,
            20_000,
            0,
            0,
            1024,
            256,
            3,
            20,
            10,
            5,
            50,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMillis(1500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofSeconds(50),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofSeconds(2),
            Duration.ZERO,
            Duration.ofSeconds(1));

    public ProxyLimits {
        atLeast("requestLineBytesMax", requestLineBytesMax, 32);
        atLeast("headBytesMax", headBytesMax, requestLineBytesMax);
        atMost("headBytesMax", headBytesMax, 1024 * 1024);
        atLeast("fieldsMax", fieldsMax, 1);
        atMost("fieldsMax", fieldsMax, 10_000);
        atLeast("trailerBytesMax", trailerBytesMax, 2);
        atMost("trailerBytesMax", trailerBytesMax, 1024 * 1024);
        atLeast("chunkLineBytesMax", chunkLineBytesMax, 18);
        atLeast("requestBodyBytesMax", requestBodyBytesMax, 0);
        atLeast("drainBytesMax", drainBytesMax, 0);
        atLeast("backlogHighBytes", backlogHighBytes, 1024);
        atLeast("backlogLowBytes", backlogLowBytes, 1);
        atMost("backlogLowBytes", backlogLowBytes, backlogHighBytes);
        atLeast("heldBytesMax", heldBytesMax, 0);
        atLeast("connectionsMax", connectionsMax, 1);
        atLeast("exchangesPerConnectionMax", exchangesPerConnectionMax, 0);
        atLeast("connectionsPerOriginMax", connectionsPerOriginMax, 0);
        atLeast("queuePerOriginMax", queuePerOriginMax, 0);
        atLeast("idlePerOriginMax", idlePerOriginMax, 0);
        atLeast("connectTriesMax", connectTriesMax, 1);
        atMost("connectTriesMax", connectTriesMax, 16);
        atLeast("retryPercentMax", retryPercentMax, 0);
        atLeast("retryBurstMax", retryBurstMax, 0);
        atLeast("ejectAfterFailures", ejectAfterFailures, 0);
        atLeast("ejectSharePercentMax", ejectSharePercentMax, 0);
        atMost("ejectSharePercentMax", ejectSharePercentMax, 100);
        positive("ejectTime", ejectTime);
        positive("ejectTimeMax", ejectTimeMax);
        positive("connectTimeout", connectTimeout);
        positive("tlsTimeout", tlsTimeout);
        positive("requestHeadTimeout", requestHeadTimeout);
        positive("responseHeadTimeout", responseHeadTimeout);
        positive("clientIdleTimeout", clientIdleTimeout);
        positive("originIdleTimeout", originIdleTimeout);
        positive("clientProgressTimeout", clientProgressTimeout);
        positive("originProgressTimeout", originProgressTimeout);
        positive("tunnelIdleTimeout", tunnelIdleTimeout);
        positive("queueTimeout", queueTimeout);
        notNegative("exchangeTimeout", exchangeTimeout);
        positive("lingerTimeout", lingerTimeout);
    }

    /** Names of all limits, as {@link #with} takes them, in the order of this record. */
    public static List<String> names() {
        return Arrays.stream(ProxyLimits.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    /** The same limits but one: {@link #with(Map)}. */
    public ProxyLimits with(String name, Object value) {
        return with(Map.of(name, value));
    }

    /**
     * The same limits but these, which are checked against each other when all are there.
     *
     * @param others names as in {@link #names()}; a {@link Duration} for a wait, a {@link Number} for everything else
     * @throws IllegalArgumentException unknown name, wrong type or out of bounds; the message starts with the name, and says what was expected
     */
    public ProxyLimits with(Map<String, ?> others) {
        for (String name : others.keySet()) {
            if (!names().contains(name)) {
                throw new IllegalArgumentException("limit: " + name + " (expected: one of " + names() + ")");
            }
        }
        RecordComponent[] components = ProxyLimits.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                types[i] = components[i].getType();
                Object other = others.get(name);
                values[i] = other != null
                        ? fitting(name, types[i], other)
                        : components[i].getAccessor().invoke(this);
            }
            return ProxyLimits.class.getDeclaredConstructor(types).newInstance(values);
        } catch (java.lang.reflect.InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // our own record: cannot be missing anything
        }
    }

    private static Object fitting(String name, Class<?> type, Object value) {
        if (type == Duration.class && value instanceof Duration) {
            return value;
        }
        if (type == long.class && value instanceof Number number) {
            return number.longValue();
        }
        if (type == int.class && value instanceof Number number && number.longValue() == number.intValue()) {
            return number.intValue();
        }
        throw new IllegalArgumentException(name + ": " + value + " (expected: "
                + (type == Duration.class ? "a duration" : "a whole number that fits " + type) + ")");
    }

    private static void atLeast(String name, long value, long floor) {
        if (value < floor) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + floor + ")");
        }
    }

    private static void atMost(String name, long value, long ceiling) {
        if (value > ceiling) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: <= " + ceiling + ")");
        }
    }

    private static void positive(String name, Duration value) {
        notNegative(name, value);
        if (value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: longer than zero)");
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative() || value.compareTo(WAIT_MAX) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: at most " + WAIT_MAX + ")");
        }
    }
}
