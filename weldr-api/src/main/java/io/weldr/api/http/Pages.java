package io.weldr.api.http;

import io.weldr.api.admin.Census;
import io.weldr.api.admin.ClusterView;
import io.weldr.api.admin.MemberReport;
import io.weldr.api.admin.ProcessReport;
import io.weldr.api.admin.StopAdvice;
import io.weldr.api.admin.View;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.Addresses;
import io.weldr.api.json.Answers.MemberEntry;
import io.weldr.api.json.Answers.OriginEntry;
import io.weldr.api.json.Answers.Staleness;
import io.weldr.api.json.Answers.StopEntry;
import io.weldr.api.json.Answers.VirtualIpEntry;
import io.weldr.api.json.Link;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns values of the domain into parts of answers. Pure. */
final class Pages {
    private Pages() {}

    /** The entity tag of an origin, or of anything else that a revision stands for. */
    static String tag(long revision) {
        return "\"" + revision + "\"";
    }

    /** The entity tag of a policy: it has no revision, so its content stands for it. */
    static String tag(HealthPolicy policy) {
        return String.format(
                Locale.ROOT,
                "\"p%016x\"",
                Answers.policy(policy)
                        .toString()
                        .chars()
                        .asLongStream()
                        .reduce(0xcbf29ce484222325L, (hash, c) -> (hash ^ c) * 0x100000001b3L));
    }

    static @Nullable Staleness staleness(View view) {
        if (!view.stale()) {
            return null;
        }
        Duration age = view.age();
        return new Staleness(age == null ? null : age.toMillis() / 1000.0);
    }

    static List<OriginEntry> entries(Pool pool, ClusterState state) {
        return pool.origins().stream()
                .map((Origin origin) -> OriginEntry.of(pool.name(), origin, state, null))
                .toList();
    }

    /** @param change the change of the members that is under way; null: none */
    static List<MemberEntry> members(ClusterView cluster, @Nullable String change) {
        return cluster.lines().stream()
                .map(line -> {
                    StopAdvice stop = StopAdvice.of(line, cluster, change);
                    return member(
                            line,
                            cluster.commitIndex(),
                            cluster.silent(line.id()),
                            new StopEntry(stop.safe(), stop.reason()),
                            null);
                })
                .toList();
    }

    /** @param stop null: the others were not asked, as {@code silent} is */
    static MemberEntry member(
            Census.Line line,
            long commitIndex,
            @Nullable Duration silent,
            @Nullable StopEntry stop,
            @Nullable List<Link> links) {
        MemberReport report = line.report();
        Member member = line.member();
        MemberId leader = report == null ? null : report.leader();
        ProcessReport process = report == null ? null : report.process();
        return new MemberEntry(
                line.id().value(),
                report == null ? null : Answers.word(report.role()),
                report == null ? null : report.acting(),
                report == null ? null : report.term(),
                leader == null ? null : leader.value(),
                report == null ? null : report.commitIndex(),
                report == null ? null : report.appliedIndex(),
                report == null ? null : Math.max(0, commitIndex - report.appliedIndex()),
                report == null ? null : report.routedRevision(),
                report == null || report.uptime() == null
                        ? null
                        : report.uptime().toMillis() / 1000.0,
                process == null ? null : process.facts().startedAt().toString(),
                process == null ? null : process.unready().isEmpty(),
                (process == null || process.unready().isEmpty()) ? null : process.unready(),
                (process == null || !process.restarting()) ? null : true,
                process == null ? null : process.facts().serviceManager(),
                process == null ? null : process.facts().drainTimeout().toMillis() / 1000.0,
                member == null ? null : member.version(),
                member == null ? null : member.supports().number(),
                member == null
                        ? null
                        : new Addresses(
                                member.admin().toString(),
                                member.grpc().toString(),
                                member.proxy() == null ? null : member.proxy().toString(),
                                member.raft().toString()),
                line.voter(),
                line.learner() ? true : null,
                (member == null || !member.witness()) ? null : true,
                report == null,
                silent == null ? null : silent.toMillis() / 1000.0,
                line.missing(),
                report == null ? null : report.trouble(),
                report == null ? null : VirtualIpEntry.of(report.virtualIp()),
                stop,
                links);
    }
}
