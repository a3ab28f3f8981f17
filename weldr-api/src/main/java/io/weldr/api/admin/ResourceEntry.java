package io.weldr.api.admin;

import com.google.protobuf.Message;
import io.weldr.core.Stamp;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool, listener, route or certificate as an answer shows it.
 *
 * @param message what an operator says of it, without keys; of one that was removed, only its name
 * @param bindings what the members have made of a listener; null for the others, and where nobody asked the members
 * @param origins how many origins a pool has; null for the others
 * @param certificate what there is to tell of a certificate; null for the others, and of one that was removed
 */
public record ResourceEntry(
        ResourceKind<?, ?> kind,
        Message message,
        Stamp stamp,
        @Nullable Integer origins,
        @Nullable List<ListenerBinding> bindings,
        @Nullable CertificateFacts certificate) {
    public ResourceEntry {
        bindings = bindings == null ? null : List.copyOf(bindings);
    }

    static <K, R> ResourceEntry of(ResourceKind<K, R> kind, R value, ClusterState state) {
        return new ResourceEntry(
                kind,
                kind.encode().apply(value),
                kind.stamp().apply(value),
                value instanceof Pool pool ? pool.origins().size() : null,
                null,
                value instanceof Certificate certificate ? CertificateFacts.of(certificate, state) : null);
    }

    /** What a request said, where the state does not have it any more. */
    static ResourceEntry gone(ResourceKind<?, ?> kind, Message wish, Stamp stamp, @Nullable Integer origins) {
        return new ResourceEntry(kind, kind.shown().apply(wish), stamp, origins, null, null);
    }

    /**
     * The same with what the members of those lines have made of it. Of a pool or a route they have nothing to tell.
     */
    ResourceEntry boundBy(List<Census.Line> lines) {
        if (certificate != null) {
            return new ResourceEntry(kind, message, stamp, origins, null, certificate.boundBy(lines));
        }
        return kind.equals(ResourceKind.LISTENER)
                ? new ResourceEntry(
                        kind, message, stamp, origins, ListenerBinding.of(new ListenerName(name()), lines), null)
                : this;
    }

    /** Its name. */
    public String name() {
        return kind.name(message);
    }
}
