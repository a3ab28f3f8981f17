package io.weldr.proxy.edit;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The edits of a route on a header section: fields that are left out, and lines that are added. Compiled once;
 * immutable. Applied while a head is copied, without allocation.
 */
public final class HeadPlan {
    /** Changes nothing. */
    public static final HeadPlan NONE = new HeadPlan(List.of(), List.of(), null);

    /** A field line to add. */
    public record Line(String name, String value) {}

    private final byte[][] dropped; // lower case
    private final long lengths; // bit n: a dropped name has n octets; bit 63: or more
    private final long known; // those of the dropped fields that have an entry in Field
    private final byte[] lines;
    private final byte @Nullable [] host;

    /**
     * A plan.
     *
     * @param drop names of fields that are left out
     * @param add lines that come behind all others
     * @param host value of {@code Host}; null: as it would be
     */
    public HeadPlan(List<String> drop, List<Line> add, @Nullable String host) {
        List<byte[]> names = new ArrayList<>();
        long mask = 0;
        long fields = 0;
        for (String name : drop) {
            byte[] lower = Octets.ascii(name.toLowerCase(Locale.ROOT));
            names.add(lower);
            mask |= lengthBit(name.length());
            fields |= Field.named(lower, 0, lower.length).bit();
        }
        dropped = names.toArray(byte[][]::new);
        lengths = mask;
        known = fields & ~Field.OTHER.bit();
        StringBuilder text = new StringBuilder();
        add.forEach(line ->
                text.append(line.name()).append(": ").append(line.value()).append("\r\n"));
        lines = Octets.ascii(text.toString());
        this.host = host == null ? null : Octets.ascii(host);
    }

    private static long lengthBit(int length) {
        return 1L << Math.min(63, length);
    }

    /** Whether the field of that name, {@code bytes[from, to)}, is left out. */
    boolean drops(byte[] bytes, int from, int to) {
        if ((lengths & lengthBit(to - from)) == 0) {
            return false;
        }
        for (byte[] name : dropped) {
            if (Octets.equalsIgnoreCase(bytes, from, to, name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any field is left out. */
    boolean dropsAny() {
        return lengths != 0;
    }

    /**
     * Whether that field is left out: then weldr does not write it either. Not for fields without a name of their own.
     */
    boolean drops(Field field) {
        return (known & field.bit()) != 0;
    }

    void writeLines(HeadWriter to) {
        to.put(lines);
    }

    /** Value of {@code Host}; null: as it would be. */
    byte @Nullable [] host() {
        return host;
    }
}
