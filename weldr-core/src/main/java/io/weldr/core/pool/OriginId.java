package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Names;

/** The name of an origin within its pool: stable, {@code host:port} unless one is given. 1 to 270 characters. */
public record OriginId(String value) implements Comparable<OriginId> {
    public OriginId {
        Names.check("id", value, "-_.:[]", 270);
        // Clients take these out of a path before they send it (RFC 3986 section 5.2.4): nobody could reach such an
        // origin.
        Check.that(!value.equals(".") && !value.equals(".."), "id", value, "a name that can stand in a path");
    }

    /** The name of an origin that was given none. */
    public static OriginId of(HostPort address) {
        return new OriginId(address.toString());
    }

    @Override
    public int compareTo(OriginId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
