package io.weldr.codec;

import com.google.protobuf.Timestamp;
import io.weldr.core.Stamp;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.ClusterVersion;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.wire.resource.HealthPolicies;
import io.weldr.wire.resource.Pools;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pools, origins, and what they are made of. */
final class PoolCodec {
    private PoolCodec() {}

    static LogProto.Pool encode(Pool pool) {
        LogProto.Pool.Builder to =
                LogProto.Pool.newBuilder().setName(pool.name().value()).setHealth(encode(pool.health()));
        if (!pool.settings().equals(PoolSettings.DEFAULT) || !pool.stamp().equals(Stamp.INITIAL)) {
            to.setSettings(Pools.encode(pool.settings())).setStamp(encode(pool.stamp()));
        }
        pool.origins().forEach(origin -> to.addOrigins(encode(origin)));
        return to.build();
    }

    static Pool decode(LogProto.Pool from) {
        List<Origin> origins =
                from.getOriginsList().stream().map(PoolCodec::decode).toList();
        return new Pool(
                new PoolName(from.getName()),
                decode(from.getHealth()),
                from.hasSettings() ? Pools.settings(from.getSettings()) : PoolSettings.DEFAULT,
                origins,
                decode(from.getStamp()));
    }

    static LogProto.Stamp encode(Stamp stamp) {
        return LogProto.Stamp.newBuilder()
                .setCreated(stamp.created())
                .setModified(stamp.modified())
                .build();
    }

    static Stamp decode(LogProto.Stamp from) {
        return new Stamp(from.getCreated(), from.getModified());
    }

    static LogProto.Origin encode(Origin origin) {
        LogProto.Origin.Builder to = LogProto.Origin.newBuilder()
                .setId(origin.id().value())
                .setUrl(origin.url().toString())
                .setWeight(origin.weight())
                .setAdmin(encode(origin.admin()))
                .setVerdict(encode(origin.verdict()))
                .setHostPolicy(encode(origin.hostPolicy()))
                .setGeneration(origin.generation())
                .setCreated(origin.created())
                .setModified(origin.modified())
                .setPriority(origin.priority())
                .putAllLabels(origin.labels());
        if (origin.connectionsMax() != null) {
            to.setConnectionsMax(origin.connectionsMax());
        }
        if (origin.drainDeadline() != null) {
            to.setDrainDeadline(encode(origin.drainDeadline()));
        }
        if (origin.health() != null) {
            to.setHealth(encode(origin.health()));
        }
        return to.build();
    }

    static Origin decode(LogProto.Origin from) {
        return new Origin(
                new OriginId(from.getId()),
                OriginUrl.parse(from.getUrl()),
                from.getWeight(),
                required("admin state", decodeOptional(from.getAdmin())),
                from.hasDrainDeadline() ? decode(from.getDrainDeadline()) : null,
                decode(from.getVerdict()),
                required("host policy", decodeOptional(from.getHostPolicy())),
                from.hasHealth() ? decode(from.getHealth()) : null,
                from.getPriority(),
                from.hasConnectionsMax() ? from.getConnectionsMax() : null,
                from.getLabelsMap(),
                from.getGeneration(),
                from.getCreated(),
                from.getModified());
    }

    static LogProto.Verdict encode(Verdict verdict) {
        return LogProto.Verdict.newBuilder()
                .setUp(verdict.up())
                .setSince(encode(verdict.since()))
                .setReason(verdict.reason())
                .build();
    }

    static Verdict decode(LogProto.Verdict from) {
        return new Verdict(from.getUp(), decode(from.getSince()), from.getReason());
    }

    /** In the fields that every version knows, if they can say it. */
    static LogProto.HealthPolicy encode(HealthPolicy policy) {
        if (!ClusterVersion.of(policy).equals(ClusterVersion.INITIAL)) {
            return LogProto.HealthPolicy.newBuilder()
                    .setWhole(HealthPolicies.encode(policy))
                    .build();
        }
        return LogProto.HealthPolicy.newBuilder()
                .setPath(policy.path())
                .setMethod(
                        switch (policy.method()) {
                            case GET -> LogProto.HealthPolicy.Method.METHOD_GET;
                            case HEAD -> LogProto.HealthPolicy.Method.METHOD_HEAD;
                            case OPTIONS -> LogProto.HealthPolicy.Method.METHOD_OPTIONS;
                        })
                .setExpected(StatusRange.text(policy.expected()))
                .setInterval(encode(policy.interval()))
                .setTimeout(encode(policy.timeout()))
                .setFailuresToDown(policy.failuresToDown())
                .setPassesToUp(policy.passesToUp())
                .setInitiallyUp(policy.initial() == HealthPolicy.Initial.UP)
                .setConfirm(
                        switch (policy.confirm()) {
                            case MAJORITY -> LogProto.HealthPolicy.Confirm.CONFIRM_MAJORITY;
                            case ANY -> LogProto.HealthPolicy.Confirm.CONFIRM_ANY;
                            case LEADER_ONLY -> LogProto.HealthPolicy.Confirm.CONFIRM_LEADER_ONLY;
                        })
                .build();
    }

    static HealthPolicy decode(LogProto.HealthPolicy from) {
        if (from.hasWhole()) {
            return HealthPolicies.decode(from.getWhole(), HealthPolicy.DEFAULT);
        }
        return HealthPolicy.builder()
                .path(from.getPath())
                .method(
                        switch (from.getMethod()) {
                            case METHOD_GET -> HealthPolicy.Method.GET;
                            case METHOD_HEAD -> HealthPolicy.Method.HEAD;
                            case METHOD_OPTIONS -> HealthPolicy.Method.OPTIONS;
                            case METHOD_UNSPECIFIED, UNRECOGNIZED ->
                                throw unknown("probe method", from.getMethodValue());
                        })
                .expected(StatusRange.parseList(from.getExpected()))
                .interval(decode(from.getInterval()))
                .timeout(decode(from.getTimeout()))
                .failuresToDown(from.getFailuresToDown())
                .passesToUp(from.getPassesToUp())
                .initial(from.getInitiallyUp() ? HealthPolicy.Initial.UP : HealthPolicy.Initial.DOWN)
                .confirm(
                        switch (from.getConfirm()) {
                            case CONFIRM_UNSPECIFIED, CONFIRM_MAJORITY -> HealthPolicy.Confirm.MAJORITY;
                            case CONFIRM_ANY -> HealthPolicy.Confirm.ANY;
                            case CONFIRM_LEADER_ONLY -> HealthPolicy.Confirm.LEADER_ONLY;
                            case UNRECOGNIZED -> throw unknown("confirm", from.getConfirmValue());
                        })
                .build();
    }

    static LogProto.AdminState encode(AdminState admin) {
        return switch (admin) {
            case ENABLED -> LogProto.AdminState.ADMIN_STATE_ENABLED;
            case DRAINING -> LogProto.AdminState.ADMIN_STATE_DRAINING;
            case MAINTENANCE -> LogProto.AdminState.ADMIN_STATE_MAINTENANCE;
        };
    }

    /** Null: not said. */
    static @Nullable AdminState decodeOptional(LogProto.AdminState from) {
        return switch (from) {
            case ADMIN_STATE_UNSPECIFIED -> null;
            case ADMIN_STATE_ENABLED -> AdminState.ENABLED;
            case ADMIN_STATE_DRAINING -> AdminState.DRAINING;
            case ADMIN_STATE_MAINTENANCE -> AdminState.MAINTENANCE;
            case UNRECOGNIZED -> throw unknown("admin state", from);
        };
    }

    static LogProto.HostPolicy encode(HostPolicy policy) {
        return switch (policy) {
            case PRESERVE -> LogProto.HostPolicy.HOST_POLICY_PRESERVE;
            case REWRITE -> LogProto.HostPolicy.HOST_POLICY_REWRITE;
        };
    }

    /** Null: not said. */
    static @Nullable HostPolicy decodeOptional(LogProto.HostPolicy from) {
        return switch (from) {
            case HOST_POLICY_UNSPECIFIED -> null;
            case HOST_POLICY_PRESERVE -> HostPolicy.PRESERVE;
            case HOST_POLICY_REWRITE -> HostPolicy.REWRITE;
            case UNRECOGNIZED -> throw unknown("host policy", from);
        };
    }

    static Timestamp encode(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant decode(Timestamp from) {
        try {
            return Instant.ofEpochSecond(from.getSeconds(), from.getNanos());
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("time: " + from.getSeconds() + " s (expected: a point in time)", e);
        }
    }

    private static com.google.protobuf.Duration encode(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    private static Duration decode(com.google.protobuf.Duration from) {
        try {
            return Duration.ofSeconds(from.getSeconds(), from.getNanos());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("duration: " + from.getSeconds() + " s (expected: a duration)", e);
        }
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": nothing (expected: a value)");
        }
        return value;
    }

    private static IllegalArgumentException unknown(String name, Object found) {
        return new IllegalArgumentException(name + ": " + found + " (expected: one that this version knows)");
    }
}
