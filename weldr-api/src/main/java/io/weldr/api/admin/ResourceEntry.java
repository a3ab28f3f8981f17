package io.weldr.api.admin;

import com.google.protobuf.Message;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * A pool, listener or route as an answer shows it.
 *
 * @param message what an operator says of it; of one that was removed, only its name
 * @param origins how many origins a pool has; null for the others
 */
public record ResourceEntry(
        ResourceKind<?, ?> kind,
        Message message,
        Stamp stamp,
        @Nullable Integer origins) {
    static <K, R> ResourceEntry of(ResourceKind<K, R> kind, R value) {
        return new ResourceEntry(
                kind,
                kind.encode().apply(value),
                kind.stamp().apply(value),
                value instanceof Pool pool ? pool.origins().size() : null);
    }

    /** Its name. */
    public String name() {
        return kind.name(message);
    }
}
