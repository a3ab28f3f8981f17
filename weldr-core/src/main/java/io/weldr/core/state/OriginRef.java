package io.weldr.core.state;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import org.jspecify.annotations.Nullable;

/** The reference of a command to an origin. */
public sealed interface OriginRef {
    /** The origin that is meant, or null. */
    @Nullable Origin in(Pool pool);

    /** By its id. */
    record ById(OriginId id) implements OriginRef {
        @Override
        public @Nullable Origin in(Pool pool) {
            return pool.find(id);
        }

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** By host and port. */
    record ByAddress(HostPort address) implements OriginRef {
        @Override
        public @Nullable Origin in(Pool pool) {
            return pool.find(address);
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }
}
