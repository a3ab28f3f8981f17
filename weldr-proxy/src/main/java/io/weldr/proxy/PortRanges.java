package io.weldr.proxy;

import io.weldr.core.Check;
import java.util.ArrayList;
import java.util.List;

/** Ports and ranges of ports, as in {@code 443,1024-65535}. Immutable. */
public final class PortRanges {

    /** Ports for which a process needs no privilege. */
    public static final PortRanges UNPRIVILEGED = parse("1024-65535");

    private static final int PORT_MOST = 65535;
    private static final int RANGES_MAX = 256;

    private final List<Range> ranges;

    private record Range(int first, int last) {
        @Override
        public String toString() {
            return first == last ? String.valueOf(first) : first + "-" + last;
        }
    }

    private PortRanges(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /** Reads ports and ranges that are joined by commas; an empty text has none. */
    public static PortRanges parse(String text) {
        List<Range> ranges = new ArrayList<>();
        if (!text.isBlank()) {
            for (String part : text.split(",", -1)) {
                ranges.add(range(part.strip()));
            }
        }
        Check.atMost("ranges", ranges.size(), RANGES_MAX);
        return new PortRanges(ranges);
    }

    private static Range range(String text) {
        String[] ends = text.split("-", -1);
        boolean wellFormed = text.matches("[0-9]{1,5}(-[0-9]{1,5})?");
        int first = wellFormed ? Integer.parseInt(ends[0]) : 0;
        int last = wellFormed ? Integer.parseInt(ends[ends.length - 1]) : 0;
        Check.that(
                first >= 1 && first <= last && last <= PORT_MOST,
                "port",
                text,
                "a port from 1 to 65535 or a range of them, as in 443 or 1024-65535");
        return new Range(first, last);
    }

    /** Whether the port is one of them. */
    public boolean contains(int port) {
        return ranges.stream().anyMatch(range -> port >= range.first() && port <= range.last());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PortRanges that && ranges.equals(that.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    /** As {@link #parse} reads them. */
    @Override
    public String toString() {
        return String.join(",", ranges.stream().map(Range::toString).toList());
    }
}
