package io.weldr.core.pool;

import io.weldr.core.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Status codes from {@code least} to {@code most}, both included, within 100 to 599. */
public record StatusRange(int least, int most) {
    /** More ranges than this say nothing that fewer would not. */
    private static final int RANGES_MAX = 16;

    public StatusRange {
        Check.inRange("status", least, 100, 599);
        Check.inRange("status", most, 100, 599);
        Check.that(least <= most, "status", least + "-" + most, "the smaller code first");
    }

    /** Reads a list such as {@code 200-299,401} in a field named {@code expect}. */
    public static List<StatusRange> parseList(String text) {
        return parseList("expect", text);
    }

    /** Reads a list such as {@code 200-299,401}. */
    public static List<StatusRange> parseList(String field, String text) {
        List<StatusRange> ranges = new ArrayList<>();
        for (String part : text.split(",", RANGES_MAX + 1)) {
            String range = part.strip();
            Check.that(
                    range.matches("[1-5][0-9]{2}(-[1-5][0-9]{2})?"), field, text, "status codes such as 200-299,401");
            int least = Integer.parseInt(range.substring(0, 3));
            int most = range.length() == 3 ? least : Integer.parseInt(range.substring(4));
            Check.that(least <= most, field, range, "the smaller code first");
            ranges.add(new StatusRange(least, most));
        }
        Check.atMost(field, ranges.size(), RANGES_MAX);
        return List.copyOf(ranges);
    }

    /** Writes what {@link #parseList} reads. */
    public static String text(List<StatusRange> ranges) {
        return ranges.stream().map(StatusRange::toString).collect(Collectors.joining(","));
    }

    public boolean contains(int status) {
        return status >= least && status <= most;
    }

    @Override
    public String toString() {
        return least == most ? Integer.toString(least) : least + "-" + most;
    }
}
