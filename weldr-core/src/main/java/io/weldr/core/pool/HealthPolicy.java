package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How origins are probed and when their verdict turns. All counts are of consecutive probes.
 *
 * @param path origin-form target of the probe, with a query if need be; at most 1024 characters
 * @param method GET, HEAD or OPTIONS
 * @param expected the status codes that pass; redirects are not followed
 * @param interval time between two probes of one origin, 100 ms to 1 h
 * @param timeout from the start of the connection to the end of the response head, 10 ms to 1 min and at most the interval
 * @param failuresToDown 1 to 100
 * @param passesToUp 1 to 100
 * @param initial the verdict on a new origin
 * @param confirm who has to see it down besides the leader before that becomes the verdict
 */
public record HealthPolicy(
        String path,
        Method method,
        List<StatusRange> expected,
        Duration interval,
        Duration timeout,
        int failuresToDown,
        int passesToUp,
        Initial initial,
        Confirm confirm) {

    /** Every 30 s, {@code GET /}, 2xx, three failures to down, which a majority confirms, and two passes to up. A new origin is up at once. */
    public static final HealthPolicy DEFAULT = new HealthPolicy(
            "/",
            Method.GET,
            List.of(new StatusRange(200, 299)),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            3,
            2,
            Initial.UP,
            Confirm.MAJORITY);

    private static final int PATH_CHARS_MAX = 1024;

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
     * Whose word makes an origin down. The leader probes; before it has an origin down it asks the other members to probe it once.
     * Members that do not answer in time do not count, nor do members that see it down and never saw it up; if none
     * counts, the leader decides alone.
     */
    public enum Confirm {
        /** More than half of those who looked, the leader among them. */
        MAJORITY,
        /** The leader and any other member. */
        ANY,
        /** The leader, without asking anybody. */
        LEADER_ONLY
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
        Check.inRange("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
        Check.inRange("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Check.that(
                timeout.compareTo(interval) <= 0,
                "timeout",
                Check.text(timeout),
                "at most the interval, " + Check.text(interval));
        Check.inRange("failures", failuresToDown, 1, 100);
        Check.inRange("passes", passesToUp, 1, 100);
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

    /** What differs from {@code before}, in the words of the API: {@code interval 30s -> 5s}. Empty if nothing does. */
    public String changesFrom(HealthPolicy before) {
        List<String> changes = new ArrayList<>();
        List<String> then = before.words();
        List<String> now = words();
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(then.get(i))) {
                changes.add(NAMES.get(i) + " " + then.get(i) + " -> " + now.get(i));
            }
        }
        return String.join(", ", changes);
    }

    /** All of it, in the words of the API. */
    @Override
    public String toString() {
        List<String> words = words();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            parts.add(NAMES.get(i) + " " + words.get(i));
        }
        return String.join(", ", parts);
    }

    private static final List<String> NAMES =
            List.of("path", "method", "expect", "interval", "timeout", "failures", "passes", "initial", "confirm");

    /** The value of each of {@link #NAMES}. */
    private List<String> words() {
        return List.of(
                path,
                method.name(),
                StatusRange.text(expected),
                Words.of(interval),
                Words.of(timeout),
                Integer.toString(failuresToDown),
                Integer.toString(passesToUp),
                Words.of(initial),
                Words.of(confirm));
    }
}
