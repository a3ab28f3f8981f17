package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Names;
import io.weldr.core.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The health policy: how origins are probed, and when their verdict changes. All counts are of consecutive probes.
 * Made by a {@link Builder}.
 *
 * @param type what a probe is
 * @param path origin-form target of the probe, with a query if need be; at most 1024 characters. Only {@link Type#HTTP}
 *     uses it, as all up to {@code contains}
 * @param method GET, HEAD or OPTIONS
 * @param expected the status codes that pass; redirects are not followed
 * @param host value of the {@code Host} field; null: the origin's own host and port
 * @param headers more fields of the request, by name in lower case; at most 16
 * @param contains text that has to be in the first 64 KiB of the body, 1 to 256 characters; null: the body is not read
 * @param service what a probe of {@link Type#GRPC} asks about, up to 256 characters; empty: the server as a whole
 * @param port where the probe goes, 1 to 65535; null: to the origin's own port
 * @param interval time between two probes of one origin, 100 ms to 1 h
 * @param unhealthyInterval the same while the origin is down; null: as {@code interval}
 * @param jitterPercent how much an interval is shortened or lengthened at random, 0 to 50
 * @param timeout from the start of the connection to the end of the answer, 10 ms to 1 min and at most the interval
 * @param connectTimeout until the connection stands, 10 ms to {@code timeout}; null: only {@code timeout} counts
 * @param failuresToDown 1 to 100
 * @param passesToUp 1 to 100
 * @param initial the verdict on a new origin
 * @param confirm who has to see it down besides the leader before that becomes the verdict
 * @param witnesses whether members that do not proxy are asked, too
 */
public record HealthPolicy(
        Type type,
        String path,
        Method method,
        List<StatusRange> expected,
        @Nullable String host,
        Map<String, String> headers,
        @Nullable String contains,
        String service,
        @Nullable Integer port,
        Duration interval,
        @Nullable Duration unhealthyInterval,
        int jitterPercent,
        Duration timeout,
        @Nullable Duration connectTimeout,
        int failuresToDown,
        int passesToUp,
        Initial initial,
        Confirm confirm,
        boolean witnesses) {

    private static final int PATH_CHARS_MAX = 1024;
    private static final int TEXT_CHARS_MAX = 256;
    private static final int HEADERS_MAX = 16;
    private static final int HEADER_CHARS_MAX = 1024;

    /** What a probe of an operator's own may not say: the prober says it. */
    private static final List<String> OWN_HEADERS =
            List.of("host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "expect");

    /**
     * Every 30 s, {@code GET /}, 2xx, three failures to down, which a majority confirms, and two passes to up. A new
     * origin is up at once.
     */
    public static final HealthPolicy DEFAULT = new Builder().build();

    /** What a probe is. */
    public enum Type {
        /** A request, and the status of its answer. */
        HTTP,
        /** A connection that stands. */
        TCP,
        /** A call of {@code grpc.health.v1.Health/Check} that answers {@code SERVING}. */
        GRPC
    }

    /** Safe methods (RFC 9110 section 9.2.1): a probe must change nothing. */
    public enum Method {
        GET,
        HEAD,
        OPTIONS
    }

    /** What is held of an origin that was not probed yet. */
    public enum Initial {
        UP,
        DOWN
    }

    /**
     * Whose word makes an origin down. The leader probes; before it has an origin down it asks the other members to
     * probe it once. Members that do not answer in time do not count, nor do members that see it down and never saw it
     * up; if none counts, the leader decides alone.
     */
    public enum Confirm {
        /** More than half of those who looked, the leader among them. */
        MAJORITY,
        /** The leader and any other member. */
        ANY,
        /** The leader, without asking anybody. */
        LEADER_ONLY
    }

    /** A policy of type {@link Type#HTTP} without more than that. */
    public HealthPolicy(
            String path,
            Method method,
            List<StatusRange> expected,
            Duration interval,
            Duration timeout,
            int failuresToDown,
            int passesToUp,
            Initial initial,
            Confirm confirm) {
        this(
                Type.HTTP,
                path,
                method,
                expected,
                null,
                Map.of(),
                null,
                "",
                null,
                interval,
                null,
                0,
                timeout,
                null,
                failuresToDown,
                passesToUp,
                initial,
                confirm,
                false);
    }

    /** The same with {@link Confirm#MAJORITY}. */
    public HealthPolicy(
            String path,
            Method method,
            List<StatusRange> expected,
            Duration interval,
            Duration timeout,
            int failuresToDown,
            int passesToUp,
            Initial initial) {
        this(path, method, expected, interval, timeout, failuresToDown, passesToUp, initial, Confirm.MAJORITY);
    }

    public HealthPolicy {
        Check.that(
                path.startsWith("/")
                        && path.length() <= PATH_CHARS_MAX
                        && path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#'),
                "path",
                path,
                "a path that starts with / and holds no space, control or non-ASCII character, and no #");
        expected = List.copyOf(expected);
        Check.that(!expected.isEmpty(), "expect", expected, "at least one status code");
        Check.that(
                host == null || isFieldValue(host, TEXT_CHARS_MAX),
                "host",
                String.valueOf(host),
                "a host, with a port if need be");
        headers = checkedHeaders(headers);
        Check.that(
                contains == null || (!contains.isEmpty() && contains.length() <= TEXT_CHARS_MAX),
                "contains",
                String.valueOf(contains),
                "1 to " + TEXT_CHARS_MAX + " characters");
        Check.that(
                contains == null || method == Method.GET,
                "contains",
                String.valueOf(contains),
                "the method GET, because the answer to " + method + " may have no body");
        Check.that(
                service.length() <= TEXT_CHARS_MAX && service.chars().allMatch(c -> c > ' ' && c < 0x7f),
                "service",
                service,
                "up to " + TEXT_CHARS_MAX + " visible ASCII characters");
        if (port != null) {
            Check.inRange("port", port, 1, 65535);
        }
        Check.inRange("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
        if (unhealthyInterval != null) {
            Check.inRange("unhealthyInterval", unhealthyInterval, Duration.ofMillis(100), Duration.ofHours(1));
        }
        Check.inRange("jitterPercent", jitterPercent, 0, 50);
        Check.inRange("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Duration shortest =
                unhealthyInterval == null || unhealthyInterval.compareTo(interval) > 0 ? interval : unhealthyInterval;
        Check.that(
                timeout.compareTo(shortest) <= 0,
                "timeout",
                Check.text(timeout),
                "at most the interval, " + Check.text(shortest));
        if (connectTimeout != null) {
            Check.inRange("connectTimeout", connectTimeout, Duration.ofMillis(10), timeout);
        }
        Check.inRange("failures", failuresToDown, 1, 100);
        Check.inRange("passes", passesToUp, 1, 100);
    }

    private static Map<String, String> checkedHeaders(Map<String, String> headers) {
        Check.atMost("headers", headers.size(), HEADERS_MAX);
        Map<String, String> checked = new TreeMap<>();
        headers.forEach((name, value) -> {
            String key = Names.checkToken("headers", name).toLowerCase(Locale.ROOT);
            Check.that(!OWN_HEADERS.contains(key), "headers", name, "a field that the probe does not write itself");
            Check.that(
                    isFieldValue(value, HEADER_CHARS_MAX),
                    "headers." + name,
                    value,
                    "visible ASCII characters and spaces");
            Check.that(checked.put(key, value) == null, "headers", name, "each name once");
        });
        return Collections.unmodifiableMap(checked);
    }

    private static boolean isFieldValue(String value, int charsMax) {
        return !value.isEmpty()
                && value.length() <= charsMax
                && value.equals(value.strip())
                && value.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    /** Whether an answer with this status code passes. */
    public boolean expects(int status) {
        for (StatusRange range : expected) {
            if (range.contains(status)) {
                return true;
            }
        }
        return false;
    }

    /** The time between two probes of an origin with that verdict, before jitter. */
    public Duration interval(boolean up) {
        return up || unhealthyInterval == null ? interval : unhealthyInterval;
    }

    /** What differs from {@code before}, in the words of the API: {@code interval 30s -> 5s}. Empty if nothing does. */
    public String changesFrom(HealthPolicy before) {
        List<String> changes = new ArrayList<>();
        Map<String, String> then = before.words();
        words().forEach((name, now) -> {
            String old = then.getOrDefault(name, "");
            if (!now.equals(old)) {
                changes.add(name + " " + old + " -> " + now);
            }
        });
        return String.join(", ", changes);
    }

    /** All of it that this type of probe uses, in the words of the API. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        words().forEach((name, value) -> {
            if (!value.equals(UNSET)) {
                parts.add(name + " " + value);
            }
        });
        return String.join(", ", parts);
    }

    private static final String UNSET = "unset";

    /** The name and value of each part, in the words of the API. */
    private Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        if (type != Type.HTTP) {
            words.put("type", Words.of(type));
        }
        if (type == Type.HTTP) {
            words.put("path", path);
            words.put("method", method.name());
            words.put("expect", StatusRange.text(expected));
            words.put("host", word(host));
            words.put("headers", headers.isEmpty() ? UNSET : headers.toString());
            words.put("contains", contains == null ? UNSET : Check.quote(contains));
        }
        if (type == Type.GRPC) {
            words.put("service", service.isEmpty() ? UNSET : service);
        }
        words.put("port", word(port));
        words.put("interval", Words.of(interval));
        words.put("unhealthyInterval", unhealthyInterval == null ? UNSET : Words.of(unhealthyInterval));
        words.put("jitterPercent", jitterPercent == 0 ? UNSET : Integer.toString(jitterPercent));
        words.put("timeout", Words.of(timeout));
        words.put("connectTimeout", connectTimeout == null ? UNSET : Words.of(connectTimeout));
        words.put("failures", Integer.toString(failuresToDown));
        words.put("passes", Integer.toString(passesToUp));
        words.put("initial", Words.of(initial));
        words.put("confirm", Words.of(confirm));
        words.put("witnesses", witnesses ? "asked" : UNSET);
        return words;
    }

    private static String word(@Nullable Object value) {
        return value == null ? UNSET : value.toString();
    }

    /** The defaults, to be changed. */
    public static Builder builder() {
        return new Builder();
    }

    /** This policy, to be changed. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.type = type;
        builder.path = path;
        builder.method = method;
        builder.expected = expected;
        builder.host = host;
        builder.headers = headers;
        builder.contains = contains;
        builder.service = service;
        builder.port = port;
        builder.interval = interval;
        builder.unhealthyInterval = unhealthyInterval;
        builder.jitterPercent = jitterPercent;
        builder.timeout = timeout;
        builder.connectTimeout = connectTimeout;
        builder.failuresToDown = failuresToDown;
        builder.passesToUp = passesToUp;
        builder.initial = initial;
        builder.confirm = confirm;
        builder.witnesses = witnesses;
        return builder;
    }

    /** Collects what differs from the defaults, which are the initial values of its fields. */
    public static final class Builder {
        private Type type = Type.HTTP;
        private String path = "/";
        private Method method = Method.GET;
        private List<StatusRange> expected = List.of(new StatusRange(200, 299));
        private @Nullable String host = null;
        private Map<String, String> headers = Map.of();
        private @Nullable String contains = null;
        private String service = "";
        private @Nullable Integer port = null;
        private Duration interval = Duration.ofSeconds(30);
        private @Nullable Duration unhealthyInterval = null;
        private int jitterPercent = 0;
        private Duration timeout = Duration.ofSeconds(2);
        private @Nullable Duration connectTimeout = null;
        private int failuresToDown = 3;
        private int passesToUp = 2;
        private Initial initial = Initial.UP;
        private Confirm confirm = Confirm.MAJORITY;
        private boolean witnesses = false;

        private Builder() {}

        public Builder type(Type value) {
            type = value;
            return this;
        }

        public Builder path(String value) {
            path = value;
            return this;
        }

        public Builder method(Method value) {
            method = value;
            return this;
        }

        public Builder expected(List<StatusRange> value) {
            expected = value;
            return this;
        }

        public Builder host(@Nullable String value) {
            host = value;
            return this;
        }

        public Builder headers(Map<String, String> value) {
            headers = value;
            return this;
        }

        public Builder contains(@Nullable String value) {
            contains = value;
            return this;
        }

        public Builder service(String value) {
            service = value;
            return this;
        }

        public Builder port(@Nullable Integer value) {
            port = value;
            return this;
        }

        public Builder interval(Duration value) {
            interval = value;
            return this;
        }

        public Builder unhealthyInterval(@Nullable Duration value) {
            unhealthyInterval = value;
            return this;
        }

        public Builder jitterPercent(int value) {
            jitterPercent = value;
            return this;
        }

        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        public Builder connectTimeout(@Nullable Duration value) {
            connectTimeout = value;
            return this;
        }

        public Builder failuresToDown(int value) {
            failuresToDown = value;
            return this;
        }

        public Builder passesToUp(int value) {
            passesToUp = value;
            return this;
        }

        public Builder initial(Initial value) {
            initial = value;
            return this;
        }

        public Builder confirm(Confirm value) {
            confirm = value;
            return this;
        }

        public Builder witnesses(boolean value) {
            witnesses = value;
            return this;
        }

        /** Throws {@link IllegalArgumentException} with what is wrong. */
        public HealthPolicy build() {
            return new HealthPolicy(
                    type,
                    path,
                    method,
                    expected,
                    host,
                    headers,
                    contains,
                    service,
                    port,
                    interval,
                    unhealthyInterval,
                    jitterPercent,
                    timeout,
                    connectTimeout,
                    failuresToDown,
                    passesToUp,
                    initial,
                    confirm,
                    witnesses);
        }
    }
}
