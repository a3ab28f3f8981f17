package io.weldr.cli;

import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.GetHealthPolicyRequest;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListProbesReply;
import io.weldr.proto.admin.v1.ListProbesRequest;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginProbe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The origins of a pool, and what the leader's probes found of them. */
final class Origins {
    private final String pool;
    private final boolean stale;
    private final ListOriginsReply reply;
    private final ListProbesReply found;
    private final Map<String, OriginProbe> probes;

    private Origins(String pool, boolean stale, ListOriginsReply reply, ListProbesReply found) {
        this.pool = pool;
        this.stale = stale;
        this.reply = reply;
        this.found = found;
        this.probes = found.getProbesList().stream().collect(Collectors.toMap(OriginProbe::getOrigin, probe -> probe));
    }

    static Origins read(Session session, String pool, boolean stale) {
        ListOriginsRequest request = ListOriginsRequest.newBuilder()
                .setPool(pool)
                .setConsistency(stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE)
                .build();
        ListOriginsReply reply = session.read(stub -> stub.listOrigins(request));
        return new Origins(pool, stale, reply, probes(session, pool));
    }

    /** What the leader's probes found, or why that is not known: the list of origins is worth showing without it. */
    private static ListProbesReply probes(Session session, String pool) {
        ListProbesRequest request = ListProbesRequest.newBuilder().setPool(pool).build();
        try {
            return session.aside(stub -> stub.listProbes(request));
        } catch (CliException e) {
            return ListProbesReply.newBuilder()
                    .setMissing(String.valueOf(e.getMessage()))
                    .build();
        }
    }

    /** All of them, or the one of that id or address. An id goes first, as for changes. */
    List<Origin> find(@Nullable String text) {
        List<Origin> origins = reply.getOriginsList();
        if (text == null) {
            return origins;
        }
        List<Origin> byId =
                origins.stream().filter(one -> one.getId().equals(text)).toList();
        List<Origin> one = !byId.isEmpty()
                ? byId
                : origins.stream()
                        .filter(each -> each.getUrl().endsWith("://" + text))
                        .toList();
        if (one.isEmpty()) {
            throw new CliException(
                    ExitCode.NOT_FOUND, "origin \"" + text + "\" (expected: the id or host:port of one)");
        }
        return one;
    }

    Map<String, Object> members(Origin origin) {
        Map<String, Object> members = Values.origin(origin);
        OriginProbe probe = probes.get(origin.getId());
        if (probe != null) {
            members.put("lastProbe", Values.probe(probe));
        }
        return members;
    }

    /** What there is to say beside the origins. */
    Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("revision", reply.getRevision());
        if (!found.getMissing().isEmpty()) {
            about.put("probesMissing", found.getMissing());
        }
        if (stale) {
            about.put("age", reply.hasAge() ? Values.duration(reply.getAge()) : null);
        }
        return about;
    }

    void table(Session session, List<Origin> origins, Output output) {
        if (output.wide()) {
            output.table(
                    List.of("ID", "URL", "STATE", "WEIGHT", "PRIORITY", "SINCE", "LAST PROBE", "REASON"),
                    origins.stream().map(this::wideRow).toList());
        } else {
            output.table(
                    List.of("ID", "URL", "STATE", "WEIGHT", "SINCE", "LAST PROBE"),
                    origins.stream().map(this::row).toList());
        }
        if (!found.getMissing().isEmpty()) {
            output.line("last probes are not known: " + found.getMissing());
        }
        for (String line : failing(session, origins)) {
            output.line(line);
        }
    }

    private List<String> row(Origin origin) {
        OriginProbe probe = probes.get(origin.getId());
        return List.of(
                origin.getId(),
                origin.getUrl(),
                origin.getState(),
                Integer.toString(origin.getWeight()),
                since(origin),
                probe == null ? "-" : result(probe));
    }

    private List<String> wideRow(Origin origin) {
        OriginProbe probe = probes.get(origin.getId());
        String reason = origin.hasDrainDeadline()
                ? "until " + Values.time(origin.getDrainDeadline(), ChronoUnit.SECONDS) + "; " + origin.getReason()
                : origin.getReason();
        return List.of(
                origin.getId(),
                origin.getUrl(),
                origin.getState(),
                Integer.toString(origin.getWeight()),
                Integer.toString(origin.getPriority()),
                since(origin),
                probe == null
                        ? "-"
                        : Values.time(probe.getAt(), ChronoUnit.SECONDS) + " " + result(probe) + ": "
                                + probe.getAnswer(),
                reason);
    }

    private static String since(Origin origin) {
        return Values.time(origin.hasAdminSince() ? origin.getAdminSince() : origin.getSince(), ChronoUnit.SECONDS);
    }

    private static String result(OriginProbe probe) {
        return (probe.getPassed() ? "passed" : "failed") + " in " + Values.millis(probe.getLatency()) + " ms";
    }

    /** Of each origin that takes requests although its last probe failed: what it said, and when it will be down. */
    private List<String> failing(Session session, List<Origin> origins) {
        List<String> lines = new ArrayList<>();
        HealthPolicy ofPool = null;
        for (Origin origin : origins) {
            OriginProbe probe = probes.get(origin.getId());
            if (probe == null || probe.getPassed() || !origin.getState().equals("up")) {
                continue;
            }
            if (ofPool == null && !origin.hasHealth()) {
                ofPool = policy(session);
            }
            HealthPolicy policy = origin.hasHealth() ? origin.getHealth() : ofPool;
            lines.add(origin.getId() + ": the last probe failed: " + probe.getAnswer()
                    + (policy == null
                            ? ""
                            : "; if more probes fail, it is down by " + downBy(probe, policy) + " at the latest"));
        }
        return lines;
    }

    private @Nullable HealthPolicy policy(Session session) {
        GetHealthPolicyRequest request = GetHealthPolicyRequest.newBuilder()
                .setPool(pool)
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        try {
            return session.aside(stub -> stub.getHealthPolicy(request)).getHealth();
        } catch (CliException e) {
            return null;
        }
    }

    /** Nobody knows how many probes have failed before; it was one at least. */
    static String downBy(OriginProbe probe, HealthPolicy policy) {
        Duration interval = duration(policy.getInterval());
        Duration longest =
                interval.plus(interval.multipliedBy(policy.getJitterPercent()).dividedBy(100));
        Instant at =
                Instant.ofEpochSecond(probe.getAt().getSeconds(), probe.getAt().getNanos());
        return at.plus(longest.multipliedBy(Math.max(0, policy.getFailures() - 1)))
                .plus(duration(policy.getTimeout()))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }
}
