package io.weldr.api.admin;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is odd about a resource that was written, though it is valid: a route of which another one takes all requests,
 * for example.
 */
final class Warnings {
    private Warnings() {}

    /**
     * What to tell about that resource, in sentences for people.
     *
     * @param state that holds it, unless it was removed
     */
    static List<String> of(ResourceEntry written, ClusterState state) {
        if (written.kind().equals(ResourceKind.LISTENER)) {
            return ofListener(state.listener(new ListenerName(written.name())), state);
        }
        if (written.kind().equals(ResourceKind.POOL)) {
            return ofPool(state.pool(new PoolName(written.name())));
        }
        if (!written.kind().equals(ResourceKind.ROUTE)) {
            return List.of();
        }
        RouteName name = new RouteName(written.name());
        if (state.route(name) == null) {
            return List.of();
        }
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        return RouteChecks.check(state.routes().values(), name, state.pools().keySet(), listeners)
                .warnings();
    }

    private static List<String> ofListener(@Nullable Listener listener, ClusterState state) {
        List<String> warnings = new ArrayList<>();
        if (listener == null || listener.tls() == null) {
            return warnings;
        }
        for (CertificateName name : listener.tls().certificates()) {
            Certificate certificate = state.certificate(name);
            if (certificate != null && certificate.issued() == null) {
                warnings.add("certificate " + name
                        + " is not issued yet: until then the listener refuses handshakes for its hosts");
            } else if (certificate != null
                    && certificate.issued() != null
                    && certificate.issued().hosts().isEmpty()) {
                warnings.add("certificate " + name + " is for clients alone: no client takes it of the listener");
            }
        }
        return warnings;
    }

    private static List<String> ofPool(@Nullable Pool pool) {
        return pool != null && pool.settings().tls().insecureSkipVerify()
                ? List.of(
                        "any certificate of an https origin is taken: who can redirect the connection reads and changes"
                                + " everything")
                : List.of();
    }
}
