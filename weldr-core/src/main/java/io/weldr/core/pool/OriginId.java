package io.weldr.core.pool;

/** The name of an origin within its pool: stable, {@code host:port} unless one is given. 1 to 270 characters. */
public record OriginId(String value) implements Comparable<OriginId> {
    public OriginId {
        Names.check("id", value, "-_.:[]", 270);
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
