package io.weldr.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.weldr.proto.admin.v1.Applied;
import io.weldr.proto.admin.v1.Change;
import io.weldr.proto.admin.v1.Count;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.HostPolicy;
import io.weldr.proto.admin.v1.MemberStatus;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginProbe;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.wire.json.ResourceJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Messages as maps for JSON, in the words of the HTTP API, and as cells for tables. Pure. */
final class Values {
    private Values() {}

    static Map<String, Object> origin(Origin origin) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", origin.getId());
        map.put("url", origin.getUrl());
        map.put("state", origin.getState());
        map.put("weight", origin.getWeight());
        map.put("since", time(origin.getSince()));
        map.put("reason", origin.getReason());
        map.put("revision", origin.getRevision());
        map.put("admin", word(origin.getAdmin(), "ADMIN_STATE_"));
        if (origin.hasAdminSince()) {
            map.put("adminSince", time(origin.getAdminSince()));
        }
        if (origin.hasDrainDeadline()) {
            map.put("drainDeadline", time(origin.getDrainDeadline()));
        }
        map.put("up", origin.getUp());
        map.put("host", host(origin.getHost()));
        map.put("health", origin.hasHealth() ? health(origin.getHealth()) : null);
        map.put("priority", origin.getPriority());
        map.put("connectionsMax", origin.hasConnectionsMax() ? origin.getConnectionsMax() : null);
        map.put("labels", new TreeMap<>(origin.getLabelsMap()));
        map.put("createdRevision", origin.getCreatedRevision());
        return map;
    }

    static Map<String, Object> probe(OriginProbe probe) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("at", time(probe.getAt()));
        map.put("passed", probe.getPassed());
        map.put("answer", probe.getAnswer());
        map.put("latencyMillis", millis(probe.getLatency()));
        return map;
    }

    static java.time.Duration javaDuration(Duration duration) {
        return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    static long millis(Duration duration) {
        return duration.getSeconds() * 1000 + Math.round(duration.getNanos() / 1e6);
    }

    /** In its two largest units, for people: {@code 3d 4h}, {@code 12s}. */
    static String roughly(Duration duration) {
        long seconds = duration.getSeconds();
        if (seconds < 60) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + "m " + seconds % 60 + "s";
        }
        long hours = minutes / 60;
        return hours < 24 ? hours + "h " + minutes % 60 + "m" : hours / 24 + "d " + hours % 24 + "h";
    }

    static Map<String, Object> health(HealthPolicy health) {
        Map<String, Object> map = ResourceJson.tree(health);
        map.remove("initialUp");
        map.put("initial", health.getInitialUp() ? "up" : "down");
        return map;
    }

    static Map<String, Object> applied(Applied applied) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("member", applied.getMember());
        if (applied.getAppliedIndex() > 0) {
            map.put("appliedIndex", applied.getAppliedIndex());
        }
        if (applied.getMissing()) {
            map.put("missing", true);
            if (!applied.getReason().isEmpty()) {
                map.put("reason", applied.getReason());
            }
        }
        return map;
    }

    static Map<String, Object> count(Count count) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("success", count.getSuccess());
        map.put("failed", count.getFailed());
        return map;
    }

    /** {@code commitIndex}: the highest that any member knows. */
    static Map<String, Object> member(MemberStatus member, long commitIndex) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", member.getId());
        map.put("missing", member.getMissing());
        map.put("voter", member.getVoter());
        map.put("learner", member.getLearner());
        map.put("silentSeconds", member.hasSilent() ? member.getSilent().getSeconds() : null);
        map.put("witness", member.getWitness());
        if (!member.getMissing()) {
            map.put("role", member.getRole());
            map.put("acting", member.getActing());
            map.put("term", member.getTerm());
            map.put("commitIndex", member.getCommitIndex());
            map.put("appliedIndex", member.getAppliedIndex());
            map.put("lag", lag(member, commitIndex));
            if (member.hasRoutedRevision()) {
                map.put("routedRevision", member.getRoutedRevision());
            }
            if (member.hasUptime()) {
                map.put("uptimeSeconds", member.getUptime().getSeconds());
            }
            if (!member.getTrouble().isEmpty()) {
                map.put("trouble", member.getTrouble());
            }
        }
        map.put("version", member.getVersion());
        map.put("admin", member.getAdminAddress());
        map.put("grpc", member.getGrpcAddress());
        map.put("proxy", member.getProxyAddress());
        map.put("raft", member.getRaftAddress());
        return map;
    }

    /** Log entries that are committed and that the member has not applied. */
    static long lag(MemberStatus member, long commitIndex) {
        return Math.max(0, commitIndex - member.getAppliedIndex());
    }

    static Map<String, Object> event(WatchEvent event) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("revision", event.getRevision());
        switch (event.getEventCase()) {
            case CHANGE -> {
                Change change = event.getChange();
                map.put("event", "change");
                map.put("at", time(change.getAt()));
                map.put("kind", change.getKind());
                if (!change.getPool().isEmpty()) {
                    map.put("pool", change.getPool());
                }
                map.put("subject", change.getSubject());
                map.put("detail", change.getDetail());
                if (change.hasActor()) {
                    Map<String, Object> actor = new LinkedHashMap<>();
                    actor.put("type", change.getActor().getType());
                    if (!change.getActor().getName().isEmpty()) {
                        actor.put("name", change.getActor().getName());
                    }
                    map.put("actor", actor);
                }
                if (!change.getAddress().isEmpty()) {
                    map.put("address", change.getAddress());
                }
                if (!change.getReason().isEmpty()) {
                    map.put("reason", change.getReason());
                }
                if (change.hasOrigin()) {
                    map.put("origin", origin(change.getOrigin()));
                }
            }
            case RESYNC -> {
                map.put("event", "resync");
                map.put("reason", event.getResync().getReason());
            }
            case EVENT_NOT_SET -> map.put("event", "unknown");
        }
        return map;
    }

    /** Who asked for a change, for people: {@code token ci}; {@code -}: nobody said so. */
    static String who(Change change) {
        if (!change.hasActor()) {
            return "-";
        }
        String actorName = change.getActor().getName();
        return actorName.isEmpty()
                ? change.getActor().getType()
                : change.getActor().getType() + " " + actorName;
    }

    static String time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    }

    /** For people, who read no further than that unit. */
    static String time(Timestamp time, ChronoUnit unit) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                .truncatedTo(unit)
                .toString();
    }

    /** @throws NumberFormatException the text is no whole number from 0 to {@code max} */
    static long parseCount(String text, long max) {
        long number = Long.parseLong(text);
        if (number < 0 || number > max) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    /** {@code 30s}, {@code 250ms}. */
    static String duration(Duration duration) {
        long millis = duration.getSeconds() * 1000 + duration.getNanos() / 1_000_000;
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /** Reads {@code 250ms}, {@code 30s}, {@code 1m}, {@code 2h} or a number of seconds. */
    static java.time.Duration parseDuration(String option, String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        long amount = digits > 0 && digits <= 9 ? Long.parseLong(text.substring(0, digits)) : -1;
        java.time.Duration duration = amount < 0
                ? null
                : switch (text.substring(digits)) {
                    case "ms" -> java.time.Duration.ofMillis(amount);
                    case "", "s" -> java.time.Duration.ofSeconds(amount);
                    case "m" -> java.time.Duration.ofMinutes(amount);
                    case "h" -> java.time.Duration.ofHours(amount);
                    default -> null;
                };
        if (duration != null) {
            return duration;
        }
        throw new CliException(
                ExitCode.USAGE,
                option + ": \"" + Output.printable(text) + "\" (expected: a duration such as 250ms, 30s or 1m)");
    }

    /** Writes what {@link #parseDuration} reads. */
    static String text(java.time.Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    static Duration message(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    private static String host(HostPolicy host) {
        return word(host, "HOST_POLICY_");
    }

    private static String word(Enum<?> value, String prefix) {
        return value.name()
                .substring(Math.min(prefix.length(), value.name().length()))
                .toLowerCase(Locale.ROOT);
    }
}
