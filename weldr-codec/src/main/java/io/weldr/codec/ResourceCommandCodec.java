package io.weldr.codec;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.token.TokenName;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.wire.resource.HealthPolicies;
import io.weldr.wire.resource.Listeners;
import io.weldr.wire.resource.Pools;
import io.weldr.wire.resource.Routes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Commands on pools, listeners, routes, certificates and tokens. */
final class ResourceCommandCodec {
    private ResourceCommandCodec() {}

    static LogProto.PutPool encode(Command.PutPool command) {
        return LogProto.PutPool.newBuilder()
                .setPool(Pools.encode(command.settings()).toBuilder()
                        .setName(command.name().value())
                        .setHealth(HealthPolicies.encode(command.health())))
                .setCondition(encode(command.condition()))
                .build();
    }

    static LogProto.PutListener encode(Command.PutListener command) {
        return LogProto.PutListener.newBuilder()
                .setListener(Listeners.encode(command.listener()))
                .setCondition(encode(command.condition()))
                .build();
    }

    static LogProto.PutRoute encode(Command.PutRoute command) {
        return LogProto.PutRoute.newBuilder()
                .setRoute(Routes.encode(command.route()))
                .setCondition(encode(command.condition()))
                .setChecked(command.checked())
                .build();
    }

    static LogProto.Remove remove(String name, @Nullable Long expectedRevision) {
        LogProto.Remove.Builder to = LogProto.Remove.newBuilder().setName(name);
        if (expectedRevision != null) {
            to.setExpectedRevision(expectedRevision);
        }
        return to.build();
    }

    static LogProto.RemoveRoute encode(Command.RemoveRoute command) {
        LogProto.RemoveRoute.Builder to = LogProto.RemoveRoute.newBuilder()
                .setName(command.name().value())
                .setChecked(command.checked());
        if (command.expectedRevision() != null) {
            to.setExpectedRevision(command.expectedRevision());
        }
        return to.build();
    }

    static Command decode(LogProto.Command from, Instant at) {
        return switch (from.getKindCase()) {
            case PUT_POOL -> {
                Pools.Spec spec = Pools.decode(from.getPutPool().getPool());
                yield new Command.PutPool(
                        spec.name(),
                        spec.health(),
                        spec.settings(),
                        decode(from.getPutPool().getCondition()),
                        at);
            }
            case REMOVE_POOL ->
                new Command.RemovePool(
                        new PoolName(from.getRemovePool().getName()), expected(from.getRemovePool()), at);
            case PUT_LISTENER ->
                new Command.PutListener(
                        Listeners.decode(from.getPutListener().getListener()),
                        decode(from.getPutListener().getCondition()),
                        at);
            case REMOVE_LISTENER ->
                new Command.RemoveListener(
                        new ListenerName(from.getRemoveListener().getName()), expected(from.getRemoveListener()), at);
            case PUT_ROUTE ->
                new Command.PutRoute(
                        Routes.decode(from.getPutRoute().getRoute()),
                        decode(from.getPutRoute().getCondition()),
                        from.getPutRoute().getChecked(),
                        at);
            case REMOVE_ROUTE -> {
                LogProto.RemoveRoute remove = from.getRemoveRoute();
                yield new Command.RemoveRoute(
                        new RouteName(remove.getName()),
                        remove.hasExpectedRevision() ? remove.getExpectedRevision() : null,
                        remove.getChecked(),
                        at);
            }
            case PUT_CERTIFICATE -> CertificateCodec.decode(from.getPutCertificate(), at);
            case REMOVE_CERTIFICATE ->
                new Command.RemoveCertificate(
                        new CertificateName(from.getRemoveCertificate().getName()),
                        expected(from.getRemoveCertificate()),
                        at);
            case RECORD_ACME_ACCOUNT -> CertificateCodec.decode(from.getRecordAcmeAccount(), at);
            case RECORD_ACME_ORDER -> CertificateCodec.decode(from.getRecordAcmeOrder(), at);
            case RECORD_ISSUED -> CertificateCodec.decode(from.getRecordIssued(), at);
            case PUT_TOKEN -> TokenCodec.decode(from.getPutToken(), at);
            case REMOVE_TOKEN ->
                new Command.RemoveToken(
                        new TokenName(from.getRemoveToken().getName()), expected(from.getRemoveToken()), at);
            default -> throw new IllegalArgumentException("a command that is not about a resource");
        };
    }

    private static @Nullable Long expected(LogProto.Remove from) {
        return from.hasExpectedRevision() ? from.getExpectedRevision() : null;
    }

    static LogProto.Condition encode(Condition condition) {
        LogProto.Condition.Builder to = LogProto.Condition.newBuilder();
        if (condition instanceof Condition.At at) {
            to.setAt(at.revision());
        } else if (condition instanceof Condition.AbsentOrSame) {
            to.setAbsentOrSame(true);
        } else if (condition instanceof Condition.Absent) {
            to.setAbsent(true);
        } else if (condition instanceof Condition.Present) {
            to.setPresent(true);
        }
        return to.build();
    }

    static Condition decode(LogProto.Condition from) {
        return switch (from.getKindCase()) {
            case ABSENT_OR_SAME -> Condition.ABSENT_OR_SAME;
            case ABSENT -> Condition.ABSENT;
            case PRESENT -> Condition.PRESENT;
            case AT -> new Condition.At(from.getAt());
            case KIND_NOT_SET -> Condition.NONE;
        };
    }
}
