package io.weldr.api.admin;

import java.util.ArrayList;
import java.util.List;

/**
 * Measurements of a node or a pool over one interval. A number that is not known is NaN.
 *
 * @param requestsPerSecond of a node: exchanges that ended; of a pool: attempts at its origins
 * @param errorsPerSecond of a node: exchanges that failed; of a pool: attempts that failed, or were answered 5xx
 * @param p50Millis half of the requests took less
 * @param p99Millis 99 of 100 requests took less
 * @param inFlight at the end of the interval
 * @param queued requests that waited for a connection at the end of the interval
 */
public record Figures(
        double requestsPerSecond,
        double errorsPerSecond,
        double p50Millis,
        double p99Millis,
        double inFlight,
        double queued) {
    /** How many numbers these are. */
    public static final int COUNT = 6;

    /** All of them, in their order. */
    public List<Double> all() {
        return List.of(requestsPerSecond, errorsPerSecond, p50Millis, p99Millis, inFlight, queued);
    }

    /** The same from numbers in that order; those that are left out are not known. */
    public static Figures of(List<? extends Number> all) {
        List<Double> six = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            six.add(i < all.size() ? all.get(i).doubleValue() : Double.NaN);
        }
        return new Figures(six.get(0), six.get(1), six.get(2), six.get(3), six.get(4), six.get(5));
    }
}
