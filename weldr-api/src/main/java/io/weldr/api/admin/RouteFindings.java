package io.weldr.api.admin;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Finding;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Routes, listeners and pools that refer to what there is not. Pure. */
final class RouteFindings {
    private RouteFindings() {}

    static List<Finding> of(ClusterState state) {
        List<Finding> all = new ArrayList<>();
        for (Route route : state.routes().values()) {
            List<String> missing = new ArrayList<>();
            for (ListenerName listener : route.listeners()) {
                if (!state.listeners().containsKey(listener)) {
                    missing.add("listener " + listener);
                }
            }
            for (PoolName pool : pools(route, 0)) {
                if (!state.pools().containsKey(pool)) {
                    missing.add("pool " + pool);
                }
            }
            if (!missing.isEmpty()) {
                all.add(Finding.critical(
                        "route",
                        null,
                        "route " + route.name() + " refers to what there is not: " + String.join(", ", missing),
                        "weldrctl routes set " + route.name() + ", or: weldrctl routes rm " + route.name()));
            }
        }
        for (Listener listener : state.listeners().values()) {
            of(listener, state, all);
        }
        state.pools().values().forEach(pool -> {
            CertificateName shown = pool.settings().tls().clientCertificate();
            if (shown != null && state.certificate(shown) == null) {
                all.add(Finding.critical(
                        "route",
                        null,
                        "pool " + pool.name() + " shows its origins the certificate " + shown + ", and there is none",
                        "weldrctl certs add " + shown + " --cert FILE --key FILE"));
            }
        });
        return all;
    }

    private static void of(Listener listener, ClusterState state, List<Finding> all) {
        PoolName pool = listener.pool();
        if (pool != null && !state.pools().containsKey(pool)) {
            all.add(Finding.critical(
                    "route",
                    null,
                    "listener " + listener.name() + " sends its connections to the pool " + pool
                            + ", and there is none",
                    "weldrctl pools add " + pool + ", or: weldrctl listeners rm " + listener.name()));
        }
        if (listener.tls() != null) {
            for (CertificateName name : listener.tls().certificates()) {
                if (state.certificate(name) == null) {
                    all.add(Finding.critical(
                            "route",
                            null,
                            "listener " + listener.name() + " presents the certificate " + name + ", and there is none",
                            "weldrctl certs add " + name + " --cert FILE --key FILE"));
                }
            }
        }
    }

    /** The pools that requests or connections are sent to. */
    static Set<PoolName> pools(ClusterState state) {
        Set<PoolName> pools = new TreeSet<>();
        state.routes().values().forEach(route -> pools.addAll(pools(route, 1)));
        state.listeners().values().forEach(listener -> {
            PoolName pool = listener.pool();
            if (pool != null) {
                pools.add(pool);
            }
        });
        return pools;
    }

    private static List<PoolName> pools(Route route, int leastWeight) {
        return route.action() instanceof RouteAction.Forward forward
                ? forward.pools().stream()
                        .filter(each -> each.weight() >= leastWeight)
                        .map(RouteAction.WeightedPool::pool)
                        .toList()
                : List.of();
    }
}
