package io.weldr.raft.log;

import io.weldr.codec.LogEntry;
import io.weldr.codec.SnapshotCodec.Requests;
import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterVersion;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests were applied and what became of them, so that a repeated one is not applied again. Filled in log order
 * and bounded by count, not by a clock, so that it is the same on every node; part of the snapshot. Another bound needs
 * a new cluster version. Confined to the thread that applies the log.
 */
final class AppliedRequests {
    /**
     * Requests of operators that are remembered. A repeat comes within seconds of its first delivery, or within minutes
     * after a restart. This many writes take a lot longer on a control plane, and cost some 2 MB.
     */
    static final int OPERATORS_MAX = 8192;

    /** Requests of the cluster itself that are remembered. The leader repeats one for two seconds at most. */
    static final int CLUSTERS_MAX = 4096;

    private final LinkedHashMap<String, Committed> operators;
    private final LinkedHashMap<String, Committed> clusters;

    AppliedRequests(Requests requests) {
        operators = new LinkedHashMap<>(requests.operators());
        clusters = new LinkedHashMap<>(requests.clusters());
        trim(operators, OPERATORS_MAX);
        trim(clusters, CLUSTERS_MAX);
    }

    /** What became of that request, or null if it is not known. */
    @Nullable Committed find(LogEntry.Write write, ClusterVersion version) {
        return (apart(write, version) ? clusters : operators).get(write.id().value());
    }

    void put(LogEntry.Write write, ClusterVersion version, Committed committed) {
        if (apart(write, version)) {
            clusters.put(write.id().value(), committed);
            trim(clusters, CLUSTERS_MAX);
        } else {
            operators.put(write.id().value(), committed);
            trim(operators, OPERATORS_MAX);
        }
    }

    private static boolean apart(LogEntry.Write write, ClusterVersion version) {
        return version.atLeast(ClusterVersion.HEALTH_APART) && !write.command().byOperator();
    }

    private static void trim(Map<String, Committed> requests, int most) {
        var oldest = requests.entrySet().iterator();
        while (requests.size() > most) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Oldest first. */
    Requests view() {
        return new Requests(Collections.unmodifiableMap(operators), Collections.unmodifiableMap(clusters));
    }
}
