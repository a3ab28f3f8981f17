package io.weldr.api.admin;

import com.google.protobuf.Message;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool, listener or route as an answer shows it.
 *
 * @param message what an operator says of it; of one that was removed, only its name
 * @param bindings what the members have made of a listener; null for the others, and where nobody asked the members
 * @param origins how many origins a pool has; null for the others
 */
public record ResourceEntry(
        ResourceKind<?, ?> kind,
        Message message,
        Stamp stamp,
        @Nullable Integer origins,
        @Nullable List<ListenerBinding> bindings) {
    public ResourceEntry {
        bindings = bindings == null ? null : List.copyOf(bindings);
    }

    static <K, R> ResourceEntry of(ResourceKind<K, R> kind, R value) {
        return new ResourceEntry(
                kind,
                kind.encode().apply(value),
                kind.stamp().apply(value),
                value instanceof Pool pool ? pool.origins().size() : null,
                null);
    }

    /** The same with what the members of those lines have made of it. Only for a listener. */
    ResourceEntry boundBy(List<Census.Line> lines) {
        return new ResourceEntry(kind, message, stamp, origins, ListenerBinding.of(new ListenerName(name()), lines));
    }

    /** Its name. */
    public String name() {
        return kind.name(message);
    }
}
