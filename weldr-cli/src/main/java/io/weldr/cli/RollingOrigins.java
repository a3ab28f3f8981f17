package io.weldr.cli;

import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origins that are enabled, at one moment.
 *
 * @param origins by pool and id, as in {@code web/10.0.0.7:80}
 * @param revision of the state that holds them
 */
record RollingOrigins(Map<String, Origin> origins, long revision) {
    RollingOrigins {
        origins = Map.copyOf(origins);
    }

    /** Of the lists of some pools. */
    static RollingOrigins of(Map<String, List<Origin>> pools, long revision) {
        Map<String, Origin> enabled = new LinkedHashMap<>();
        pools.forEach((pool, origins) -> origins.forEach(origin -> {
            if (origin.getAdmin() == AdminState.ADMIN_STATE_ENABLED) {
                enabled.put(pool + "/" + origin.getId(), origin);
            }
        }));
        return new RollingOrigins(enabled, revision);
    }

    /**
     * An origin that was up before and is down now, for people; null: none. An origin that an operator has changed
     * since does not count.
     */
    @Nullable String downSince(RollingOrigins before) {
        return before.origins().entrySet().stream()
                .filter(entry -> entry.getValue().getUp())
                .map(entry -> {
                    Origin now = origins.get(entry.getKey());
                    return now == null
                                    || now.getUp()
                                    || now.getCreatedRevision()
                                            != entry.getValue().getCreatedRevision()
                            ? null
                            : "the origin " + entry.getKey() + " was up, and is down: " + now.getReason();
                })
                .filter(java.util.Objects::nonNull)
                .sorted()
                .findFirst()
                .orElse(null);
    }
}
