package io.weldr.benchmark.load;

import java.time.Duration;

/**
 * What to send. Request {@code i} is due {@code i / ratePerSecond} seconds after the start, whatever became of those
 * before it.
 *
 * @param host where to
 * @param port where to
 * @param path target of every request
 * @param ratePerSecond requests a second over all connections
 * @param connections requests that can be under way at once; one that finds none free waits, and its wait is counted
 * @param warm time at the start that is not counted
 * @param counted time that is
 */
record Plan(String host, int port, String path, int ratePerSecond, int connections, Duration warm, Duration counted) {

    private static final long REQUESTS_MAX = 50_000_000;

    Plan {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " (expected: 1 to 65535)");
        }
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path '" + path + "' (expected: a leading /)");
        }
        if (ratePerSecond < 1 || connections < 1) {
            throw new IllegalArgumentException(
                    "rate " + ratePerSecond + ", connections " + connections + " (expected: at least 1 of each)");
        }
        if (warm.isNegative() || counted.isNegative() || counted.isZero()) {
            throw new IllegalArgumentException("times " + warm + " and " + counted + " (expected: positive)");
        }
        if ((warm.toSeconds() + counted.toSeconds() + 1) * ratePerSecond > REQUESTS_MAX) {
            throw new IllegalArgumentException("more than " + REQUESTS_MAX + " requests (expected: fewer)");
        }
    }

    /** Requests of both times together. */
    int requests() {
        return Math.toIntExact(warm.plus(counted).toMillis() * ratePerSecond / 1_000);
    }

    /** The first request that counts. */
    int firstCounted() {
        return Math.toIntExact(warm.toMillis() * ratePerSecond / 1_000);
    }

    /** When request {@code index} is due, in nanoseconds from the start. */
    long dueNanos(int index) {
        return (long) (index * (1e9 / ratePerSecond));
    }
}
