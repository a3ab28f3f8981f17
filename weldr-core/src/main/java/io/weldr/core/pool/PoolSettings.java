package io.weldr.core.pool;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All that an operator says of a pool besides its health policy and its origins.
 *
 * @param sticky null: clients are not bound to origins
 * @param slowStart for how long an origin that comes up gets less than its share, up to 1 h; zero: it gets all at once
 * @param whenAllDown null: as the node has it in the pool {@code default}, 503 in others
 * @param minimumUp origins of a priority that have to be up so that no origins of the next priority are used, 1 to 1024
 * @param sendsProxyProtocol whether connections of a listener of protocol {@code tcp} to origins begin with a PROXY
 *     protocol header, version 2
 * @param protocol what is spoken to the origins
 * @param tls how https origins are spoken to
 */
public record PoolSettings(
        Balancing balancing,
        @Nullable StickyCookie sticky,
        Duration slowStart,
        EjectionPolicy ejection,
        OriginLimits limits,
        @Nullable WhenAllDown whenAllDown,
        int minimumUp,
        boolean sendsProxyProtocol,
        OriginProtocol protocol,
        OriginTlsPolicy tls) {

    /** What a pool has that says nothing. */
    public static final PoolSettings DEFAULT = builder().build();

    private static final int MINIMUM_UP_MOST = 1024;

    public PoolSettings {
        Check.inRange("slowStart", slowStart, Duration.ZERO, Duration.ofHours(1));
        Check.inRange("minimumUp", minimumUp, 1, MINIMUM_UP_MOST);
    }

    /** The same with another algorithm. */
    public PoolSettings with(Balancing other) {
        return toBuilder().balancing(other).build();
    }

    /** With the defaults for what it is not told. */
    public static Builder builder() {
        return new Builder();
    }

    /** With these settings for what it is not told. */
    public Builder toBuilder() {
        return new Builder()
                .balancing(balancing)
                .sticky(sticky)
                .slowStart(slowStart)
                .ejection(ejection)
                .limits(limits)
                .whenAllDown(whenAllDown)
                .minimumUp(minimumUp)
                .sendsProxyProtocol(sendsProxyProtocol)
                .protocol(protocol)
                .tls(tls);
    }

    /** Collects settings. Not thread safe. */
    public static final class Builder {
        private Balancing balancing = Balancing.ROUND_ROBIN;
        private @Nullable StickyCookie sticky;
        private Duration slowStart = Duration.ZERO;
        private EjectionPolicy ejection = EjectionPolicy.UNSET;
        private OriginLimits limits = OriginLimits.UNSET;
        private @Nullable WhenAllDown whenAllDown;
        private int minimumUp = 1;
        private boolean sendsProxyProtocol;
        private OriginProtocol protocol = OriginProtocol.HTTP1;
        private OriginTlsPolicy tls = OriginTlsPolicy.DEFAULT;

        private Builder() {}

        public Builder balancing(Balancing value) {
            balancing = value;
            return this;
        }

        public Builder sticky(@Nullable StickyCookie value) {
            sticky = value;
            return this;
        }

        public Builder slowStart(Duration value) {
            slowStart = value;
            return this;
        }

        public Builder ejection(EjectionPolicy value) {
            ejection = value;
            return this;
        }

        public Builder limits(OriginLimits value) {
            limits = value;
            return this;
        }

        public Builder whenAllDown(@Nullable WhenAllDown value) {
            whenAllDown = value;
            return this;
        }

        public Builder minimumUp(int value) {
            minimumUp = value;
            return this;
        }

        public Builder sendsProxyProtocol(boolean value) {
            sendsProxyProtocol = value;
            return this;
        }

        public Builder protocol(OriginProtocol value) {
            protocol = value;
            return this;
        }

        public Builder tls(OriginTlsPolicy value) {
            tls = value;
            return this;
        }

        /**
         * What was collected.
         *
         * @throws IllegalArgumentException as the constructor
         */
        public PoolSettings build() {
            return new PoolSettings(
                    balancing,
                    sticky,
                    slowStart,
                    ejection,
                    limits,
                    whenAllDown,
                    minimumUp,
                    sendsProxyProtocol,
                    protocol,
                    tls);
        }
    }
}
