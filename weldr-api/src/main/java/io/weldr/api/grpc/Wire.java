package io.weldr.api.grpc;

import com.google.protobuf.Timestamp;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.ClusterView;
import io.weldr.api.admin.ListenerReport;
import io.weldr.api.admin.MemberReport;
import io.weldr.api.admin.ProbeReport;
import io.weldr.api.admin.ProcessReport;
import io.weldr.api.admin.StopAdvice;
import io.weldr.api.admin.Written;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.OriginTraffic;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.Applied;
import io.weldr.proto.admin.v1.Count;
import io.weldr.proto.admin.v1.Effect;
import io.weldr.proto.admin.v1.HostPolicy;
import io.weldr.proto.admin.v1.LastProbesReply;
import io.weldr.proto.admin.v1.MemberStatus;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginCount;
import io.weldr.proto.admin.v1.OriginOpinion;
import io.weldr.proto.admin.v1.OriginProbe;
import io.weldr.proto.admin.v1.ReportReply;
import io.weldr.proto.admin.v1.Silence;
import io.weldr.proto.admin.v1.VirtualIp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages to values of the domain and back, nothing else. Pure. */
final class Wire {
    private Wire() {}

    /** What {@code value} gives; a value that is not valid is a problem. */
    static <T> T valid(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), "a valid value")
                    .exception();
        }
    }

    /** {@code state}: that the origin is in. */
    static Origin origin(PoolName pool, io.weldr.core.pool.Origin origin, ClusterState state) {
        Instant since = origin.admin() == io.weldr.core.pool.AdminState.ENABLED ? null : state.adminSince(pool, origin);
        Origin message = origin(origin);
        return since == null
                ? message
                : message.toBuilder().setAdminSince(timestamp(since)).build();
    }

    private static Origin origin(io.weldr.core.pool.Origin origin) {
        Origin.Builder message = Origin.newBuilder()
                .setId(origin.id().value())
                .setUrl(origin.url().toString())
                .setWeight(origin.weight())
                .setAdmin(
                        switch (origin.admin()) {
                            case ENABLED -> AdminState.ADMIN_STATE_ENABLED;
                            case DRAINING -> AdminState.ADMIN_STATE_DRAINING;
                            case MAINTENANCE -> AdminState.ADMIN_STATE_MAINTENANCE;
                        })
                .setUp(origin.verdict().up())
                .setSince(timestamp(origin.verdict().since()))
                .setReason(origin.verdict().reason())
                .setHost(
                        switch (origin.hostPolicy()) {
                            case PRESERVE -> HostPolicy.HOST_POLICY_PRESERVE;
                            case REWRITE -> HostPolicy.HOST_POLICY_REWRITE;
                        })
                .setRevision(origin.modified())
                .setCreatedRevision(origin.created())
                .setState(origin.state())
                .setPriority(origin.priority())
                .putAllLabels(origin.labels());
        Integer connectionsMax = origin.connectionsMax();
        if (connectionsMax != null) {
            message.setConnectionsMax(connectionsMax);
        }
        Instant deadline = origin.drainDeadline();
        if (deadline != null) {
            message.setDrainDeadline(timestamp(deadline));
        }
        HealthPolicy health = origin.health();
        if (health != null) {
            message.setHealth(HealthMessages.message(health));
        }
        return message.build();
    }

    static Effect effect(Outcome.Effect effect) {
        return switch (effect) {
            case CREATED -> Effect.EFFECT_CREATED;
            case UPDATED -> Effect.EFFECT_UPDATED;
            case UNCHANGED -> Effect.EFFECT_UNCHANGED;
            case REMOVED -> Effect.EFFECT_REMOVED;
        };
    }

    static Applied applied(Written.Applied applied) {
        Applied.Builder message =
                Applied.newBuilder().setMember(applied.member().value()).setMissing(applied.missing());
        Long index = applied.index();
        if (index != null) {
            message.setAppliedIndex(index);
        }
        String reason = applied.reason();
        return reason == null ? message.build() : message.setReason(reason).build();
    }

    static io.weldr.proto.admin.v1.Change change(Change change) {
        io.weldr.proto.admin.v1.Change.Builder message = io.weldr.proto.admin.v1.Change.newBuilder()
                .setAt(timestamp(change.at()))
                .setKind(word(change.kind()))
                .setSubject(change.subject())
                .setDetail(change.detail());
        PoolName pool = change.pool();
        if (pool != null) {
            message.setPool(pool.value());
        }
        io.weldr.core.pool.Origin origin = change.origin();
        if (origin != null) {
            message.setOrigin(origin(origin));
        }
        Attribution by = change.by();
        if (by != null) {
            message.setActor(io.weldr.proto.admin.v1.Actor.newBuilder()
                    .setType(word(by.actor().kind()))
                    .setName(by.actor().name()));
            message.setAddress(by.address() == null ? "" : by.address())
                    .setReason(by.reason() == null ? "" : by.reason());
        }
        return message.build();
    }

    static MemberStatus member(Census.Line line, ClusterView cluster, @Nullable String change) {
        StopAdvice stop = StopAdvice.of(line, cluster, change);
        MemberStatus.Builder message = member(line).toBuilder();
        Duration silent = cluster.silent(line.id());
        if (silent != null) {
            message.setSilent(duration(silent));
        }
        return message.setStop(io.weldr.proto.admin.v1.StopAdvice.newBuilder()
                        .setSafe(stop.safe())
                        .setReason(stop.reason()))
                .build();
    }

    /** Without advice whether to stop it, which needs to know of the others. */
    static MemberStatus member(Census.Line line) {
        MemberReport report = line.report();
        MemberStatus.Builder message =
                report == null ? MemberStatus.newBuilder().setMissing(true) : status(report).toBuilder();
        Member member = line.member();
        if (member != null) {
            message.setVersion(member.version())
                    .setSupports(member.supports().number())
                    .setAdminAddress(member.admin().toString())
                    .setGrpcAddress(member.grpc().toString())
                    .setProxyAddress(
                            member.proxy() == null ? "" : member.proxy().toString())
                    .setWitness(member.witness())
                    .setRaftAddress(member.raft().toString());
        }
        return message.setId(line.id().value())
                .setVoter(line.voter())
                .setLearner(line.learner())
                .build();
    }

    private static MemberStatus status(MemberReport report) {
        MemberStatus.Builder message = MemberStatus.newBuilder()
                .setId(report.id().value())
                .setRole(word(report.role()))
                .setActing(report.acting())
                .setTerm(report.term())
                .setCommitIndex(report.commitIndex())
                .setAppliedIndex(report.appliedIndex());
        MemberId leader = report.leader();
        if (leader != null) {
            message.setLeader(leader.value());
        }
        String trouble = report.trouble();
        if (trouble != null) {
            message.setTrouble(trouble);
        }
        Long routed = report.routedRevision();
        if (routed != null) {
            message.setRoutedRevision(routed);
        }
        Duration uptime = report.uptime();
        if (uptime != null) {
            message.setUptime(duration(uptime));
        }
        ProcessReport process = report.process();
        if (process != null) {
            message.setProcess(ProcessMessages.message(process));
        }
        VirtualIpStatus virtualIp = report.virtualIp();
        if (virtualIp != null) {
            VirtualIp.Builder held = VirtualIp.newBuilder()
                    .addAllAddresses(virtualIp.addresses())
                    .setActive(virtualIp.active())
                    .setLifetime(duration(virtualIp.lifetime()));
            Duration left = virtualIp.left();
            message.setVirtualIp(left == null ? held : held.setLeft(duration(left)));
        }
        return message.build();
    }

    static ReportReply report(MemberReport report) {
        ReportReply.Builder message = ReportReply.newBuilder()
                .setStatus(status(report))
                .setClient(count(report.traffic().client()))
                .setServer(count(report.traffic().server()));
        report.traffic().origins().forEach(origin -> message.addOrigins(originCount(origin)));
        report.silences()
                .forEach((id, silence) -> message.addSilences(
                        Silence.newBuilder().setMember(id.value()).setDuration(duration(silence))));
        ListenerReport listeners = report.listeners();
        if (listeners != null) {
            message.setListeners(ListenerMessages.report(listeners));
        }
        List<CertificateCondition> certificates = report.certificates();
        if (certificates != null) {
            message.setCertificates(CertificateMessages.report(certificates));
        }
        return message.build();
    }

    /** What another member reported. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static MemberReport report(ReportReply reply) {
        MemberStatus status = reply.getStatus();
        return new MemberReport(
                new MemberId(status.getId()),
                role(status.getRole()),
                status.getActing(),
                status.getTerm(),
                status.getLeader().isEmpty() ? null : new MemberId(status.getLeader()),
                status.getCommitIndex(),
                status.getAppliedIndex(),
                status.hasRoutedRevision() ? status.getRoutedRevision() : null,
                status.hasUptime() ? duration(status.getUptime()) : null,
                reply.hasListeners() ? ListenerMessages.report(reply.getListeners()) : null,
                reply.hasCertificates() ? CertificateMessages.report(reply.getCertificates()) : null,
                status.hasProcess() ? ProcessMessages.value(status.getProcess()) : null,
                reply.getSilencesList().stream()
                        .collect(Collectors.toMap(
                                silence -> new MemberId(silence.getMember()),
                                silence -> duration(silence.getDuration()))),
                status.getTrouble().isEmpty() ? null : status.getTrouble(),
                status.hasVirtualIp() ? virtualIp(status.getVirtualIp()) : null,
                new Traffic(
                        count(reply.getClient()),
                        count(reply.getServer()),
                        reply.getOriginsList().stream().map(Wire::originTraffic).toList()));
    }

    private static VirtualIpStatus virtualIp(VirtualIp message) {
        return new VirtualIpStatus(
                message.getAddressesList(),
                message.getActive(),
                duration(message.getLifetime()),
                message.hasLeft() ? duration(message.getLeft()) : null);
    }

    private static Role role(String word) {
        for (Role role : Role.values()) {
            if (word(role).equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("role: " + word);
    }

    static OriginProbe probe(LastProbe probe) {
        OriginProbe.Builder message = OriginProbe.newBuilder()
                .setOrigin(probe.origin().value())
                .setAt(timestamp(probe.at()))
                .setPassed(probe.passed())
                .setAnswer(probe.answer())
                .setLatency(duration(probe.latency()));
        LastProbe.Asked asked = probe.asked();
        if (asked != null) {
            message.setAskedAt(timestamp(asked.at()));
            asked.opinion().silent().forEach(member -> message.addSilent(member.value()));
            asked.opinion()
                    .opinions()
                    .forEach((member, opinion) -> message.addOpinions(OriginOpinion.newBuilder()
                            .setMember(member.value())
                            .setPassed(opinion.result().passed())
                            .setAnswer(opinion.result().reason())
                            .setNeverSawUp(!opinion.sawUp())));
        }
        return message.build();
    }

    private static LastProbe.@Nullable Asked asked(OriginProbe probe) {
        if (!probe.hasAskedAt()) {
            return null;
        }
        TreeMap<MemberId, Opinion> opinions = new TreeMap<>();
        for (OriginOpinion each : probe.getOpinionsList()) {
            opinions.put(
                    new MemberId(each.getMember()),
                    new Opinion(new ProbeResult(each.getPassed(), each.getAnswer()), !each.getNeverSawUp()));
        }
        return new LastProbe.Asked(
                Instant.ofEpochSecond(
                        probe.getAskedAt().getSeconds(), probe.getAskedAt().getNanos()),
                new SecondOpinion(
                        opinions,
                        probe.getSilentList().stream().map(MemberId::new).toList()));
    }

    static LastProbesReply probes(ProbeReport report) {
        LastProbesReply.Builder message = LastProbesReply.newBuilder();
        MemberId leader = report.leader();
        if (leader != null) {
            message.setMember(leader.value());
        }
        String missing = report.missing();
        if (missing != null) {
            message.setMissing(missing);
        }
        report.probes().forEach(probe -> message.addProbes(probe(probe)));
        return message.build();
    }

    /** What a leader reported of a pool. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static ProbeReport probes(PoolName pool, LastProbesReply reply) {
        return new ProbeReport(
                new MemberId(reply.getMember()),
                reply.getProbesList().stream()
                        .map(probe -> new LastProbe(
                                pool,
                                new OriginId(probe.getOrigin()),
                                Instant.ofEpochSecond(
                                        probe.getAt().getSeconds(),
                                        probe.getAt().getNanos()),
                                probe.getPassed(),
                                probe.getAnswer(),
                                Duration.ofSeconds(
                                        probe.getLatency().getSeconds(),
                                        probe.getLatency().getNanos()),
                                asked(probe)))
                        .toList(),
                textOrNull(reply.getMissing()));
    }

    static Count count(Traffic.Count count) {
        return Count.newBuilder()
                .setSuccess(count.success())
                .setFailed(count.failed())
                .build();
    }

    private static Traffic.Count count(Count count) {
        return new Traffic.Count(count.getSuccess(), count.getFailed());
    }

    static OriginCount originCount(OriginTraffic origin) {
        return OriginCount.newBuilder()
                .setPool(origin.pool().value())
                .setId(origin.id().value())
                .setAddress(origin.address().toString())
                .setCount(count(origin.count()))
                .setEjectedBy(origin.ejectedBy())
                .build();
    }

    private static OriginTraffic originTraffic(OriginCount message) {
        return new OriginTraffic(
                new PoolName(message.getPool()),
                new OriginId(message.getId()),
                HostPort.parse(message.getAddress()),
                count(message.getCount()),
                message.getEjectedBy());
    }

    static com.google.protobuf.Duration duration(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /** A duration of whole milliseconds; throws {@link IllegalArgumentException} if it is none. */
    static Duration duration(com.google.protobuf.Duration message) {
        try {
            return Duration.ofMillis(
                    Duration.ofSeconds(message.getSeconds(), message.getNanos()).toMillis());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("duration: " + message.getSeconds() + " s (expected: less)", e);
        }
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static @Nullable String textOrNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** As people write it: {@code leader-only}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
