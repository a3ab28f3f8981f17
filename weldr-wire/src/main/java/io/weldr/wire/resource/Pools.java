package io.weldr.wire.resource;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.Algorithm;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.EjectionPolicy;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginLimits;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.proto.resource.v1.Ejection;
import io.weldr.proto.resource.v1.OriginTls;
import io.weldr.proto.resource.v1.StickyCookie.SameSite;
import java.time.Duration;

/** Pools, without their origins. */
public final class Pools {
    private Pools() {}

    /**
     * What an operator says of a pool.
     *
     * @param health with the defaults for what was not said
     */
    public record Spec(PoolName name, HealthPolicy health, PoolSettings settings) {}

    public static io.weldr.proto.resource.v1.Pool encode(Pool pool) {
        return encode(pool.settings()).toBuilder()
                .setName(pool.name().value())
                .setHealth(HealthPolicies.encode(pool.health()))
                .build();
    }

    /** Without name and health policy. */
    public static io.weldr.proto.resource.v1.Pool encode(PoolSettings settings) {
        io.weldr.proto.resource.v1.Pool.Builder to = io.weldr.proto.resource.v1.Pool.newBuilder()
                .setBalancing(encode(settings.balancing()))
                .setMinimumUp(settings.minimumUp())
                .setSendsProxyProtocol(settings.sendsProxyProtocol());
        if (settings.sticky() != null) {
            to.setSticky(encode(settings.sticky()));
        }
        if (!settings.slowStart().isZero()) {
            to.setSlowStart(Decode.encode(settings.slowStart()));
        }
        if (!settings.ejection().equals(EjectionPolicy.UNSET)) {
            to.setEjection(encode(settings.ejection()));
        }
        if (!settings.limits().equals(OriginLimits.UNSET)) {
            to.setLimits(encode(settings.limits()));
        }
        if (settings.whenAllDown() != null) {
            to.setWhenAllDown(Decode.constant(io.weldr.proto.resource.v1.WhenAllDown.class, settings.whenAllDown()));
        }
        if (settings.protocol() != OriginProtocol.HTTP1) {
            to.setProtocol(Decode.constant(io.weldr.proto.resource.v1.OriginProtocol.class, settings.protocol()));
        }
        if (!settings.tls().equals(OriginTlsPolicy.DEFAULT)) {
            to.setTls(encode(settings.tls()));
        }
        return to.build();
    }

    public static Spec decode(io.weldr.proto.resource.v1.Pool from) {
        PoolName name = new PoolName(from.getName());
        HealthPolicy health = from.hasHealth()
                ? Decode.at("health", () -> HealthPolicies.decode(from.getHealth(), HealthPolicy.DEFAULT))
                : HealthPolicy.DEFAULT;
        return new Spec(name, health, settings(from));
    }

    /** All but name and health policy. */
    public static PoolSettings settings(io.weldr.proto.resource.v1.Pool from) {
        return PoolSettings.builder()
                .balancing(from.hasBalancing() ? balancing(from.getBalancing()) : Balancing.ROUND_ROBIN)
                .sticky(from.hasSticky() ? sticky(from.getSticky(), from.getName()) : null)
                .slowStart(from.hasSlowStart() ? Decode.duration("slowStart", from.getSlowStart()) : Duration.ZERO)
                .ejection(from.hasEjection() ? ejection(from.getEjection()) : EjectionPolicy.UNSET)
                .limits(from.hasLimits() ? limits(from.getLimits()) : OriginLimits.UNSET)
                .whenAllDown(Decode.constant("whenAllDown", WhenAllDown.class, from.getWhenAllDown()))
                .minimumUp(from.getMinimumUp() == 0 ? PoolSettings.DEFAULT.minimumUp() : from.getMinimumUp())
                .sendsProxyProtocol(from.getSendsProxyProtocol())
                .protocol(Decode.constant("protocol", OriginProtocol.HTTP1, from.getProtocol()))
                .tls(from.hasTls() ? tls(from.getTls()) : OriginTlsPolicy.DEFAULT)
                .build();
    }

    private static OriginTlsPolicy tls(OriginTls from) {
        return new OriginTlsPolicy(
                Decode.optional(from.getAuthorities()),
                Decode.optional(from.getServerName()),
                from.getClientCertificate().isEmpty()
                        ? null
                        : Decode.text("tls.clientCertificate", from.getClientCertificate(), CertificateName::new),
                from.getInsecureSkipVerify());
    }

    private static OriginTls encode(OriginTlsPolicy tls) {
        OriginTls.Builder to = OriginTls.newBuilder().setInsecureSkipVerify(tls.insecureSkipVerify());
        if (tls.authorities() != null) {
            to.setAuthorities(tls.authorities());
        }
        if (tls.serverName() != null) {
            to.setServerName(tls.serverName());
        }
        if (tls.clientCertificate() != null) {
            to.setClientCertificate(tls.clientCertificate().value());
        }
        return to.build();
    }

    private static io.weldr.proto.resource.v1.Balancing encode(Balancing balancing) {
        io.weldr.proto.resource.v1.Balancing.Builder to = io.weldr.proto.resource.v1.Balancing.newBuilder()
                .setAlgorithm(
                        Decode.constant(io.weldr.proto.resource.v1.Balancing.Algorithm.class, balancing.algorithm()));
        if (balancing.key() != null) {
            to.setKey(Decode.encode(balancing.key())).setLoadPercentMax(balancing.loadPercentMax());
        }
        return to.build();
    }

    private static Balancing balancing(io.weldr.proto.resource.v1.Balancing from) {
        Algorithm algorithm = Decode.constant("balancing.algorithm", Algorithm.ROUND_ROBIN, from.getAlgorithm());
        boolean hash = algorithm == Algorithm.HASH;
        RequestKey key =
                from.hasKey() ? Decode.key("balancing.key", from.getKey()) : hash ? RequestKey.CLIENT_ADDRESS : null;
        int loadPercentMax =
                from.hasLoadPercentMax() ? from.getLoadPercentMax() : hash ? Balancing.LOAD_PERCENT_DEFAULT : 0;
        return new Balancing(algorithm, key, loadPercentMax);
    }

    private static io.weldr.proto.resource.v1.StickyCookie encode(StickyCookie sticky) {
        io.weldr.proto.resource.v1.StickyCookie.Builder to = io.weldr.proto.resource.v1.StickyCookie.newBuilder()
                .setName(sticky.name())
                .setSecure(sticky.secure())
                .setHttpOnly(sticky.httpOnly())
                .setSameSite(Decode.constant(SameSite.class, sticky.sameSite()));
        if (sticky.lifetime() != null) {
            to.setLifetime(Decode.encode(sticky.lifetime()));
        }
        return to.build();
    }

    private static StickyCookie sticky(io.weldr.proto.resource.v1.StickyCookie from, String pool) {
        return new StickyCookie(
                Decode.orElse(from.getName(), StickyCookie.nameFor(pool)),
                from.getSecure(),
                !from.hasHttpOnly() || from.getHttpOnly(),
                Decode.constant("sticky.sameSite", StickyCookie.SameSite.LAX, from.getSameSite()),
                from.hasLifetime() ? Decode.duration("sticky.lifetime", from.getLifetime()) : null);
    }

    private static Ejection encode(EjectionPolicy ejection) {
        Ejection.Builder to = Ejection.newBuilder();
        if (ejection.afterFailures() != null) {
            to.setAfterFailures(ejection.afterFailures());
        }
        if (ejection.sharePercentMax() != null) {
            to.setSharePercentMax(ejection.sharePercentMax());
        }
        if (ejection.time() != null) {
            to.setTime(Decode.encode(ejection.time()));
        }
        if (ejection.timeMax() != null) {
            to.setTimeMax(Decode.encode(ejection.timeMax()));
        }
        return to.build();
    }

    private static EjectionPolicy ejection(Ejection from) {
        return new EjectionPolicy(
                from.hasAfterFailures() ? from.getAfterFailures() : null,
                from.hasSharePercentMax() ? from.getSharePercentMax() : null,
                from.hasTime() ? Decode.duration("ejection.time", from.getTime()) : null,
                from.hasTimeMax() ? Decode.duration("ejection.timeMax", from.getTimeMax()) : null);
    }

    private static io.weldr.proto.resource.v1.OriginLimits encode(OriginLimits limits) {
        io.weldr.proto.resource.v1.OriginLimits.Builder to = io.weldr.proto.resource.v1.OriginLimits.newBuilder();
        if (limits.connectionsMax() != null) {
            to.setConnectionsMax(limits.connectionsMax());
        }
        if (limits.queueMax() != null) {
            to.setQueueMax(limits.queueMax());
        }
        if (limits.queueTimeout() != null) {
            to.setQueueTimeout(Decode.encode(limits.queueTimeout()));
        }
        return to.build();
    }

    private static OriginLimits limits(io.weldr.proto.resource.v1.OriginLimits from) {
        return new OriginLimits(
                from.hasConnectionsMax() ? from.getConnectionsMax() : null,
                from.hasQueueMax() ? from.getQueueMax() : null,
                from.hasQueueTimeout() ? Decode.duration("limits.queueTimeout", from.getQueueTimeout()) : null);
    }
}
