package io.weldr.raft;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.Measurement.Histogram;
import io.weldr.core.state.ClusterVersion;
import io.weldr.raft.client.Gateway;
import io.weldr.raft.ratis.Latencies;
import io.weldr.raft.ratis.NoMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is measured of consensus. */
final class RaftMeasurements {
    private RaftMeasurements() {}

    static List<Measurement> of(
            ClusterStatus status, ClusterVersion version, Gateway gateway, long resets, long highestTerm, long lag) {
        List<Measurement> all = new ArrayList<>();
        gauge(all, "raft_acting", "1 while this node may act as leader.", status.acting() ? 1 : 0);
        gauge(all, "raft_has_leader", "1 while this node knows of a leader.", status.leader() != null ? 1 : 0);
        gauge(
                all,
                "raft_healthy",
                "0 while there is trouble: its consensus part waits, is closed, or is behind, or its disk fails.",
                status.trouble() == null ? 1 : 0);
        gauge(all, "raft_term", "The Raft term; it grows with each election.", (double) highestTerm);
        gauge(all, "raft_commit_index", "Highest log index known to be committed.", (double) status.commitIndex());
        gauge(all, "raft_applied_index", "Highest log index that is in the state.", (double) status.appliedIndex());
        gauge(all, "raft_cluster_version", "The cluster version, which says what may enter the log.", version.number());
        gauge(all, "raft_lag_entries", "Entries that the leader has committed and this node has not applied.", (double)
                lag);
        gauge(all, "raft_voters", "Members whose votes count.", status.voters().size());
        gauge(all, "raft_pending_requests", "Commands and reads under way on this node.", gateway.pending());
        if (status.sinceLeaderContact() != null) {
            gauge(
                    all,
                    "raft_leader_contact_age_seconds",
                    "How old the state may be: time since this node had applied all that the leader had committed.",
                    status.sinceLeaderContact().toNanos() / 1e9);
        }
        all.add(new Counter(
                "raft_connection_resets", "Connections to peers given up because nothing came.", Map.of(), resets));
        Latencies writes = gateway.latencies();
        all.add(new Histogram(
                "raft_write_seconds",
                "Time from a command at this node to its acknowledgement.",
                Map.of(),
                Latencies.BOUNDS_SECONDS,
                writes.counts(),
                writes.sumSeconds()));
        Latencies syncs = NoMetrics.syncs();
        all.add(new Histogram(
                "raft_fsync_seconds",
                "Time that the log took to reach the disk.",
                Map.of(),
                Latencies.BOUNDS_SECONDS,
                syncs.counts(),
                syncs.sumSeconds()));
        return all;
    }

    private static void gauge(List<Measurement> to, String name, String help, double value) {
        to.add(new Gauge(name, help, Map.of(), value));
    }
}
