package io.weldr.codec;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginPatch;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import io.weldr.proto.raft.v1.LogProto;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Commands. Decoding throws {@link IllegalArgumentException}, which {@link EntryCodec} turns into a checked one. */
final class CommandCodec {
    private CommandCodec() {}

    static LogProto.Command encode(Command command) {
        LogProto.Command.Builder to = LogProto.Command.newBuilder().setAt(PoolCodec.encode(command.at()));
        command.accept(new Encoder(to));
        return to.build();
    }

    static Command decode(LogProto.Command from) {
        Instant at = PoolCodec.decode(from.getAt());
        return switch (from.getKindCase()) {
            case ADD_ORIGIN -> addOrigin(from.getAddOrigin(), at);
            case UPDATE_ORIGIN -> updateOrigin(from.getUpdateOrigin(), at);
            case REMOVE_ORIGIN -> removeOrigin(from.getRemoveOrigin(), at);
            case SET_HEALTH_POLICY -> setHealthPolicy(from.getSetHealthPolicy(), at);
            case RECORD_VERDICT -> recordVerdict(from.getRecordVerdict(), at);
            case ANNOUNCE_MEMBER ->
                new Command.AnnounceMember(
                        StateCodec.decode(from.getAnnounceMember().getMember()), at);
            case RETIRE_MEMBER ->
                new Command.RetireMember(new MemberId(from.getRetireMember().getMemberId()), at);
            case RAISE_CLUSTER_VERSION ->
                new Command.RaiseClusterVersion(
                        StateCodec.supported(from.getRaiseClusterVersion().getVersion()), at);
            case PUT_POOL,
                    REMOVE_POOL,
                    PUT_LISTENER,
                    REMOVE_LISTENER,
                    PUT_ROUTE,
                    REMOVE_ROUTE,
                    PUT_CERTIFICATE,
                    REMOVE_CERTIFICATE,
                    RECORD_ACME_ACCOUNT,
                    RECORD_ACME_ORDER,
                    RECORD_ISSUED,
                    PUT_TOKEN,
                    REMOVE_TOKEN -> ResourceCommandCodec.decode(from, at);
            case KIND_NOT_SET -> throw new IllegalArgumentException("a command of no kind");
        };
    }

    /** One method a kind: a new kind does not compile until it can be written down. */
    private record Encoder(LogProto.Command.Builder to) implements Command.Visitor<LogProto.Command.Builder> {
        @Override
        public LogProto.Command.Builder addOrigin(Command.AddOrigin command) {
            return to.setAddOrigin(LogProto.AddOrigin.newBuilder()
                    .setPool(command.pool().value())
                    .setSpec(encodeSpec(command.spec()))
                    .setMustBeNew(command.mustBeNew()));
        }

        @Override
        public LogProto.Command.Builder updateOrigin(Command.UpdateOrigin command) {
            LogProto.UpdateOrigin.Builder update = LogProto.UpdateOrigin.newBuilder()
                    .setPool(command.pool().value())
                    .setOrigin(encodeRef(command.origin()))
                    .setPatch(encodePatch(command.patch()));
            if (command.expectedRevision() != null) {
                update.setExpectedRevision(command.expectedRevision());
            }
            return to.setUpdateOrigin(update);
        }

        @Override
        public LogProto.Command.Builder removeOrigin(Command.RemoveOrigin command) {
            LogProto.RemoveOrigin.Builder remove = LogProto.RemoveOrigin.newBuilder()
                    .setPool(command.pool().value())
                    .setOrigin(encodeRef(command.origin()));
            if (command.expectedRevision() != null) {
                remove.setExpectedRevision(command.expectedRevision());
            }
            return to.setRemoveOrigin(remove);
        }

        @Override
        public LogProto.Command.Builder setHealthPolicy(Command.SetHealthPolicy command) {
            LogProto.SetHealthPolicy.Builder set = LogProto.SetHealthPolicy.newBuilder()
                    .setPool(command.pool().value())
                    .setPolicy(PoolCodec.encode(command.policy()));
            if (command.expected() != null) {
                set.setExpected(PoolCodec.encode(command.expected()));
            }
            return to.setSetHealthPolicy(set);
        }

        @Override
        public LogProto.Command.Builder recordVerdict(Command.RecordVerdict command) {
            LogProto.RecordVerdict.Builder verdict = LogProto.RecordVerdict.newBuilder()
                    .setPool(command.pool().value())
                    .setOriginId(command.origin().value())
                    .setGeneration(command.generation())
                    .setVerdict(PoolCodec.encode(command.verdict()));
            if (command.term() != null) {
                verdict.setTerm(command.term());
            }
            return to.setRecordVerdict(verdict);
        }

        @Override
        public LogProto.Command.Builder announceMember(Command.AnnounceMember command) {
            return to.setAnnounceMember(
                    LogProto.AnnounceMember.newBuilder().setMember(StateCodec.encode(command.member())));
        }

        @Override
        public LogProto.Command.Builder retireMember(Command.RetireMember command) {
            return to.setRetireMember(LogProto.RetireMember.newBuilder()
                    .setMemberId(command.member().value()));
        }

        @Override
        public LogProto.Command.Builder raiseClusterVersion(Command.RaiseClusterVersion command) {
            return to.setRaiseClusterVersion(LogProto.RaiseClusterVersion.newBuilder()
                    .setVersion(command.version().number()));
        }

        @Override
        public LogProto.Command.Builder putPool(Command.PutPool command) {
            return to.setPutPool(ResourceCommandCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder removePool(Command.RemovePool command) {
            return to.setRemovePool(ResourceCommandCodec.remove(command.name().value(), command.expectedRevision()));
        }

        @Override
        public LogProto.Command.Builder putListener(Command.PutListener command) {
            return to.setPutListener(ResourceCommandCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder removeListener(Command.RemoveListener command) {
            return to.setRemoveListener(
                    ResourceCommandCodec.remove(command.name().value(), command.expectedRevision()));
        }

        @Override
        public LogProto.Command.Builder putRoute(Command.PutRoute command) {
            return to.setPutRoute(ResourceCommandCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder removeRoute(Command.RemoveRoute command) {
            return to.setRemoveRoute(ResourceCommandCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder putCertificate(Command.PutCertificate command) {
            return to.setPutCertificate(CertificateCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder removeCertificate(Command.RemoveCertificate command) {
            return to.setRemoveCertificate(
                    ResourceCommandCodec.remove(command.name().value(), command.expectedRevision()));
        }

        @Override
        public LogProto.Command.Builder recordAcmeAccount(Command.RecordAcmeAccount command) {
            return to.setRecordAcmeAccount(CertificateCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder recordAcmeOrder(Command.RecordAcmeOrder command) {
            return to.setRecordAcmeOrder(CertificateCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder recordIssued(Command.RecordIssued command) {
            return to.setRecordIssued(CertificateCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder putToken(Command.PutToken command) {
            return to.setPutToken(TokenCodec.encode(command));
        }

        @Override
        public LogProto.Command.Builder removeToken(Command.RemoveToken command) {
            return to.setRemoveToken(ResourceCommandCodec.remove(command.name().value(), command.expectedRevision()));
        }
    }

    private static Command addOrigin(LogProto.AddOrigin from, Instant at) {
        LogProto.OriginSpec spec = from.getSpec();
        return new Command.AddOrigin(
                new PoolName(from.getPool()),
                new OriginSpec(
                        OriginUrl.parse(spec.getUrl()),
                        spec.hasId() ? new OriginId(spec.getId()) : null,
                        spec.hasWeight() ? spec.getWeight() : null,
                        PoolCodec.decodeOptional(spec.getHostPolicy()),
                        spec.hasHealth() ? PoolCodec.decode(spec.getHealth()) : null,
                        spec.hasPriority() ? spec.getPriority() : null,
                        spec.hasConnectionsMax() ? spec.getConnectionsMax() : null,
                        spec.hasLabels() ? spec.getLabels().getLabelsMap() : null),
                from.getMustBeNew(),
                at);
    }

    private static Command updateOrigin(LogProto.UpdateOrigin from, Instant at) {
        LogProto.OriginPatch patch = from.getPatch();
        return new Command.UpdateOrigin(
                new PoolName(from.getPool()),
                decodeRef(from.getOrigin()),
                OriginPatch.builder()
                        .url(patch.hasUrl() ? OriginUrl.parse(patch.getUrl()) : null)
                        .weight(patch.hasWeight() ? patch.getWeight() : null)
                        .admin(
                                PoolCodec.decodeOptional(patch.getAdmin()),
                                patch.hasDrainDeadline() ? PoolCodec.decode(patch.getDrainDeadline()) : null)
                        .hostPolicy(PoolCodec.decodeOptional(patch.getHostPolicy()))
                        .health(patch.hasHealth() ? PoolCodec.decode(patch.getHealth()) : null)
                        .inheritHealth(patch.getInheritHealth())
                        .priority(patch.hasPriority() ? patch.getPriority() : null)
                        .connectionsMax(patch.hasConnectionsMax() ? patch.getConnectionsMax() : null)
                        .inheritConnectionsMax(patch.getInheritConnectionsMax())
                        .labels(patch.hasLabels() ? patch.getLabels().getLabelsMap() : null)
                        .build(),
                from.hasExpectedRevision() ? from.getExpectedRevision() : null,
                at);
    }

    private static Command removeOrigin(LogProto.RemoveOrigin from, Instant at) {
        return new Command.RemoveOrigin(
                new PoolName(from.getPool()),
                decodeRef(from.getOrigin()),
                from.hasExpectedRevision() ? from.getExpectedRevision() : null,
                at);
    }

    private static Command setHealthPolicy(LogProto.SetHealthPolicy from, Instant at) {
        return new Command.SetHealthPolicy(
                new PoolName(from.getPool()),
                PoolCodec.decode(from.getPolicy()),
                from.hasExpected() ? PoolCodec.decode(from.getExpected()) : null,
                at);
    }

    private static Command recordVerdict(LogProto.RecordVerdict from, Instant at) {
        return new Command.RecordVerdict(
                new PoolName(from.getPool()),
                new OriginId(from.getOriginId()),
                from.getGeneration(),
                PoolCodec.decode(from.getVerdict()),
                from.hasTerm() ? from.getTerm() : null,
                at);
    }

    private static LogProto.OriginSpec encodeSpec(OriginSpec spec) {
        LogProto.OriginSpec.Builder to = LogProto.OriginSpec.newBuilder()
                .setUrl(spec.url().toString())
                .setHostPolicy(encodeOptional(spec.hostPolicy()));
        if (spec.id() != null) {
            to.setId(spec.id().value());
        }
        if (spec.weight() != null) {
            to.setWeight(spec.weight());
        }
        if (spec.health() != null) {
            to.setHealth(PoolCodec.encode(spec.health()));
        }
        if (spec.priority() != null) {
            to.setPriority(spec.priority());
        }
        if (spec.connectionsMax() != null) {
            to.setConnectionsMax(spec.connectionsMax());
        }
        if (spec.labels() != null) {
            to.setLabels(LogProto.Labels.newBuilder().putAllLabels(spec.labels()));
        }
        return to.build();
    }

    private static LogProto.OriginPatch encodePatch(OriginPatch patch) {
        LogProto.OriginPatch.Builder to = LogProto.OriginPatch.newBuilder()
                .setHostPolicy(encodeOptional(patch.hostPolicy()))
                .setInheritHealth(patch.inheritHealth());
        AdminState admin = patch.admin();
        if (admin != null) {
            to.setAdmin(PoolCodec.encode(admin));
        }
        if (patch.url() != null) {
            to.setUrl(patch.url().toString());
        }
        if (patch.weight() != null) {
            to.setWeight(patch.weight());
        }
        if (patch.drainDeadline() != null) {
            to.setDrainDeadline(PoolCodec.encode(patch.drainDeadline()));
        }
        if (patch.health() != null) {
            to.setHealth(PoolCodec.encode(patch.health()));
        }
        if (patch.priority() != null) {
            to.setPriority(patch.priority());
        }
        if (patch.connectionsMax() != null) {
            to.setConnectionsMax(patch.connectionsMax());
        }
        to.setInheritConnectionsMax(patch.inheritConnectionsMax());
        if (patch.labels() != null) {
            to.setLabels(LogProto.Labels.newBuilder().putAllLabels(patch.labels()));
        }
        return to.build();
    }

    private static LogProto.HostPolicy encodeOptional(@Nullable HostPolicy policy) {
        return policy == null ? LogProto.HostPolicy.HOST_POLICY_UNSPECIFIED : PoolCodec.encode(policy);
    }

    private static LogProto.OriginRef encodeRef(OriginRef ref) {
        LogProto.OriginRef.Builder to = LogProto.OriginRef.newBuilder();
        if (ref instanceof OriginRef.ById byId) {
            return to.setId(byId.id().value()).build();
        }
        return to.setAddress(((OriginRef.ByAddress) ref).address().toString()).build();
    }

    private static OriginRef decodeRef(LogProto.OriginRef from) {
        return switch (from.getByCase()) {
            case ID -> new OriginRef.ById(new OriginId(from.getId()));
            case ADDRESS -> new OriginRef.ByAddress(HostPort.parse(from.getAddress()));
            case BY_NOT_SET ->
                throw new IllegalArgumentException("origin: nothing names it (expected: an id or address)");
        };
    }
}
