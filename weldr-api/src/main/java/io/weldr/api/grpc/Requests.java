package io.weldr.api.grpc;

import com.google.protobuf.MessageLite;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.HealthDraft;
import io.weldr.api.admin.HistoryPage;
import io.weldr.api.admin.OriginDraft;
import io.weldr.api.admin.RequestKeys;
import io.weldr.core.Check;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Membership;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginRef;
import io.weldr.proto.admin.v1.AddMemberRequest;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.HistoryRequest;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.RemoveMemberRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the messages of requests say, validated. Every method throws {@link io.weldr.api.error.ProblemException}. Pure.
 */
final class Requests {
    private static final Duration DRAIN_DEFAULT = Duration.ofSeconds(30);
    private static final Duration DRAIN_MAX = Duration.ofHours(24);

    private Requests() {}

    static PoolName pool(String name) {
        return name.isEmpty() ? PoolName.DEFAULT : Wire.valid(() -> new PoolName(name));
    }

    static OriginRef origin(OriginKey key) {
        return Wire.valid(() -> switch (key.getKeyCase()) {
            case ID -> new OriginRef.ById(new OriginId(key.getId()));
            case ADDRESS -> new OriginRef.ByAddress(HostPort.parse(key.getAddress()));
            case KEY_NOT_SET -> throw new IllegalArgumentException("origin: nothing (expected: an id or an address)");
        });
    }

    static OriginDraft draft(AddOriginRequest request) {
        return Wire.valid(() -> new OriginDraft(
                OriginUrl.parse(request.getUrl()),
                request.getId().isEmpty() ? null : new OriginId(request.getId()),
                request.hasWeight() ? weight(request.getWeight()) : null,
                null,
                null,
                host(request.getHost()),
                request.hasHealth() ? health(request.getHealth()) : null,
                false,
                request.hasPriority() ? request.getPriority() : null,
                request.hasConnectionsMax() ? request.getConnectionsMax() : null,
                false,
                request.hasLabels() ? request.getLabels().getLabelsMap() : null));
    }

    static OriginDraft draft(UpdateOriginRequest request, Instant now) {
        return Wire.valid(() -> {
            Check.that(
                    !(request.hasHealth() && request.getInheritHealth()),
                    "health",
                    "a policy and inherit_health",
                    "one of them");
            Check.that(
                    !(request.hasConnectionsMax() && request.getInheritConnectionsMax()),
                    "connections_max",
                    "a limit and inherit_connections_max",
                    "one of them");
            AdminState admin = admin(request);
            return new OriginDraft(
                    request.hasUrl() ? OriginUrl.parse(request.getUrl()) : null,
                    null,
                    request.hasWeight() ? weight(request.getWeight()) : null,
                    admin,
                    drainDeadline(request, admin, now),
                    host(request.getHost()),
                    request.hasHealth() ? health(request.getHealth()) : null,
                    request.getInheritHealth(),
                    request.hasPriority() ? request.getPriority() : null,
                    request.hasConnectionsMax() ? request.getConnectionsMax() : null,
                    request.getInheritConnectionsMax(),
                    request.hasLabels() ? request.getLabels().getLabelsMap() : null);
        });
    }

    static HealthDraft health(io.weldr.proto.admin.v1.HealthPolicy message) {
        return Wire.valid(() -> HealthMessages.draft(message));
    }

    static HistoryPage.Query history(HistoryRequest request) {
        return Wire.valid(() -> {
            Check.that(
                    List.of("", "operator", "cluster").contains(request.getBy()),
                    "by",
                    request.getBy(),
                    "operator, cluster or nothing");
            return new HistoryPage.Query(
                    request.hasAfterRevision() ? request.getAfterRevision() : null,
                    request.hasBeforeRevision() ? request.getBeforeRevision() : null,
                    request.hasLimit() ? Check.inRange("limit", request.getLimit(), 1, HistoryPage.SIZE_MAX) : null,
                    request.getBy().isEmpty() ? null : request.getBy().equals("operator"),
                    ChangeFilter.of(request.getKindsList(), request.getName()));
        });
    }

    /** The options of a write; {@code request} is the message that holds them. */
    static io.weldr.api.admin.WriteOptions options(WriteOptions options, String operation, MessageLite request) {
        return new io.weldr.api.admin.WriteOptions(
                requestId(options, operation, request),
                options.hasExpectedRevision() ? List.of(options.getExpectedRevision()) : null,
                options.getWaitApplied(),
                Calls.caller(),
                Calls.reason());
    }

    private static RequestId requestId(WriteOptions options, String operation, MessageLite request) {
        String key = options.getRequestId();
        return key.isEmpty()
                ? RequestKeys.fresh()
                : Wire.valid(() -> RequestKeys.of(
                        key, operation.getBytes(java.nio.charset.StandardCharsets.UTF_8), request.toByteArray()));
    }

    static MemberId member(String id) {
        return Wire.valid(() -> new MemberId(id));
    }

    static Membership.Newcomer newcomer(AddMemberRequest request) {
        return Wire.valid(
                () -> new Membership.Newcomer(new MemberId(request.getId()), HostPort.parse(request.getRaftAddress())));
    }

    static @Nullable Duration drain(RemoveMemberRequest request) {
        return request.hasDrain()
                ? Wire.valid(() ->
                        Check.inRange("drain", Wire.duration(request.getDrain()), Duration.ZERO, Membership.DRAIN_MAX))
                : null;
    }

    private static int weight(int weight) {
        return Check.inRange("weight", weight, 0, Origin.WEIGHT_MAX);
    }

    private static @Nullable HostPolicy host(io.weldr.proto.admin.v1.HostPolicy message) {
        return switch (message) {
            case HOST_POLICY_UNSPECIFIED -> null;
            case HOST_POLICY_PRESERVE -> HostPolicy.PRESERVE;
            case HOST_POLICY_REWRITE -> HostPolicy.REWRITE;
            case UNRECOGNIZED -> throw new IllegalArgumentException("host: unknown (expected: preserve or rewrite)");
        };
    }

    private static @Nullable AdminState admin(UpdateOriginRequest request) {
        return switch (request.getAdmin()) {
            case ADMIN_STATE_UNSPECIFIED -> null;
            case ADMIN_STATE_ENABLED -> AdminState.ENABLED;
            case ADMIN_STATE_DRAINING -> AdminState.DRAINING;
            case ADMIN_STATE_MAINTENANCE -> AdminState.MAINTENANCE;
            case UNRECOGNIZED ->
                throw new IllegalArgumentException("admin: unknown (expected: enabled, draining or maintenance)");
        };
    }

    private static @Nullable Instant drainDeadline(
            UpdateOriginRequest request, @Nullable AdminState admin, Instant now) {
        if (admin != AdminState.DRAINING) {
            Check.that(!request.hasDrainFor(), "drain_for", "a duration", "nothing, unless admin is draining");
            return null;
        }
        Duration drainFor = request.hasDrainFor() ? Wire.duration(request.getDrainFor()) : DRAIN_DEFAULT;
        return now.plus(Check.inRange("drain_for", drainFor, Duration.ZERO, DRAIN_MAX));
    }
}
