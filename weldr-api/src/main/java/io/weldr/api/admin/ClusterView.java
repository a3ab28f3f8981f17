package io.weldr.api.admin;

import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.Count;
import io.weldr.core.port.Traffic.OriginTraffic;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A summary of the lines of a {@link Census}. */
public record ClusterView(List<Census.Line> lines) {
    public ClusterView {
        lines = List.copyOf(lines);
    }

    /** Those who did not answer in time. */
    public List<MemberId> missing() {
        return lines.stream()
                .filter(line -> line.report() == null)
                .map(Census.Line::id)
                .toList();
    }

    /** Those who did. */
    public List<MemberId> answered() {
        return reports().stream().map(MemberReport::id).toList();
    }

    /** The acting leader of the highest term; null if nobody who answered acts. */
    public @Nullable MemberId leader() {
        MemberReport best = null;
        for (MemberReport report : reports()) {
            if (report.acting() && (best == null || report.term() > best.term())) {
                best = report;
            }
        }
        return best == null ? null : best.id();
    }

    /** For how long the leader has not heard from a member that did not answer; null: it has, or nobody leads. */
    public @Nullable Duration silent(MemberId member) {
        MemberId leader = leader();
        for (MemberReport report : reports()) {
            if (report.id().equals(leader) && missing().contains(member)) {
                return report.silences().get(member);
            }
        }
        return null;
    }

    /** The highest term that anybody has seen. */
    public long term() {
        return reports().stream().mapToLong(MemberReport::term).max().orElse(0);
    }

    /** The highest log index that anybody knows to be committed. */
    public long commitIndex() {
        return reports().stream().mapToLong(MemberReport::commitIndex).max().orElse(0);
    }

    /** The sums over all who answered. */
    public Traffic traffic() {
        Count client = Count.ZERO;
        Count server = Count.ZERO;
        Map<Object, OriginTraffic> origins = new LinkedHashMap<>();
        for (MemberReport report : reports()) {
            client = client.plus(report.traffic().client());
            server = server.plus(report.traffic().server());
            for (OriginTraffic origin : report.traffic().origins()) {
                origins.merge(List.of(origin.pool(), origin.id(), origin.address()), origin, OriginTraffic::plus);
            }
        }
        return new Traffic(client, server, new ArrayList<>(origins.values()));
    }

    private List<MemberReport> reports() {
        return lines.stream().map(Census.Line::report).filter(Objects::nonNull).toList();
    }
}
