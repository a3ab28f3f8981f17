package io.weldr.api.admin;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Finding;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is wrong with the cluster as a whole: its leader, its version, its virtual IPs and its pools. Pure. */
final class ClusterFindings {
    private ClusterFindings() {}

    /** @param change the change of the members that is under way; null: none */
    static List<Finding> of(ClusterState state, ClusterStatus status, ClusterView cluster, @Nullable String change) {
        List<Finding> all = new ArrayList<>();
        if (cluster.leader() == null) {
            Duration since = status.sinceLeaderContact();
            all.add(Finding.critical(
                    "no-leader",
                    null,
                    "no member acts as leader: the cluster takes no changes, nobody probes origins, and what is shown"
                            + " here is " + (since == null ? "of an unknown age" : since.toSeconds() + " s old"),
                    "bring a majority of the members back; traffic flows meanwhile"));
        }
        version(state, status, cluster, change, all);
        virtualIps(cluster, all);
        pools(state, all);
        return all;
    }

    private static void version(
            ClusterState state, ClusterStatus status, ClusterView cluster, @Nullable String change, List<Finding> all) {
        SortedMap<MemberId, ClusterVersion> supports = new TreeMap<>();
        status.members().forEach(each -> {
            Member member = state.members().get(each.id());
            if (member != null) {
                supports.put(each.id(), member.supports());
            }
        });
        ClusterVersion newest =
                supports.values().stream().max(Comparator.naturalOrder()).orElse(state.version());
        if (state.version().atLeast(newest)) {
            return;
        }
        List<MemberId> older = supports.entrySet().stream()
                .filter(each -> !each.getValue().atLeast(newest))
                .map(java.util.Map.Entry::getKey)
                .toList();
        List<MemberId> silent = status.members().stream()
                .map(ClusterStatus.Voter::id)
                .filter(id -> !supports.containsKey(id))
                .toList();
        String why;
        String remedy;
        if (!older.isEmpty()) {
            why = MemberFindings.names(older) + (older.size() == 1 ? " does" : " do") + " not support " + newest;
            remedy = "upgrade " + MemberFindings.names(older) + ": docs/howto/upgrade.md";
        } else if (!silent.isEmpty()) {
            why = MemberFindings.names(silent) + (silent.size() == 1 ? " has" : " have") + " not said what it supports";
            remedy = "start " + MemberFindings.names(silent) + ", or take it out: weldrctl cluster remove";
        } else if (change != null) {
            why = "the members are changing: " + change;
            remedy = "wait for the change to end: weldrctl cluster";
        } else if (cluster.leader() == null) {
            why = "there is no leader, which raises it";
            remedy = "bring a majority of the members back";
        } else {
            why = "the leader is about to raise it";
            remedy = "ask again in a few seconds; if it stays, look at the log of " + cluster.leader();
        }
        all.add(Finding.warning(
                "cluster-version",
                null,
                "the cluster version is " + state.version() + ", and could be " + newest + ": " + why,
                remedy));
    }

    private static void virtualIps(ClusterView cluster, List<Finding> all) {
        List<MemberId> able = new ArrayList<>();
        List<MemberId> holders = new ArrayList<>();
        for (Census.Line line : cluster.lines()) {
            MemberReport report = line.report();
            if (report != null && report.virtualIp() != null) {
                able.add(line.id());
                if (report.virtualIp().active()) {
                    holders.add(line.id());
                }
            }
        }
        if (holders.size() > 1) {
            all.add(Finding.critical(
                    "virtual-ip",
                    null,
                    MemberFindings.names(holders) + " hold the virtual IPs at the same time",
                    "see which members reach each other: weldrctl cluster; vip-on-quorum-loss: hold lets both sides"
                            + " of a partition hold them"));
        }
        if (!able.isEmpty() && holders.isEmpty()) {
            all.add(Finding.critical(
                    "virtual-ip",
                    null,
                    "no member that answers holds the virtual IPs"
                            + (cluster.leader() == null ? ", because no member acts as leader" : ""),
                    cluster.leader() == null
                            ? "bring a majority of the members back"
                            : "look at the log of the leader, " + cluster.leader() + ": journalctl -u weldr"));
        }
    }

    private static void pools(ClusterState state, List<Finding> all) {
        Set<PoolName> used = RouteFindings.pools(state);
        for (Pool pool : state.pools().values()) {
            if (!used.contains(pool.name()) || pool.origins().stream().anyMatch(Origin::serving)) {
                continue;
            }
            if (pool.origins().isEmpty()) {
                all.add(Finding.warning(
                        "pool",
                        null,
                        "pool " + pool.name() + " has no origin, and requests are sent to it: they fail",
                        "weldrctl servers add http://HOST:PORT --pool " + pool.name()));
                continue;
            }
            Origin one = pool.origins().get(0);
            long down = pool.origins().stream()
                    .filter(origin -> origin.state().equals("down"))
                    .count();
            all.add(Finding.critical(
                    "pool",
                    null,
                    "pool " + pool.name() + " has no origin that takes requests: " + down + " of "
                            + pool.origins().size() + " are down, such as " + one.id() + ": " + one.state()
                            + (one.verdict().up() ? "" : ", " + one.verdict().reason()),
                    "weldrctl servers ls --pool " + pool.name() + " -o wide"));
        }
    }
}
