package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.listener.Listener;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.PoolSettings;
import org.jspecify.annotations.Nullable;

/**
 * The cluster version, which decides which commands may enter the log, and their effect. Members of several program
 * versions form one cluster during an upgrade. The cluster version is part of the replicated state and never falls.
 * The leader raises it once every voter has announced that it supports the next one; commands that need it are
 * refused before that.
 *
 * <p>What a command does is a function of the state, this version included. So a change of what an existing command
 * does also needs a new version, and the old behaviour stays for logs that were written under the old one.
 *
 * @param number 0 to {@value #NUMBER_MAX}
 */
public record ClusterVersion(int number) implements Comparable<ClusterVersion> {
    private static final int NUMBER_MAX = 1_000_000;

    /** Every cluster starts from it; logs and announcements that name no version mean it. */
    public static final ClusterVersion INITIAL = new ClusterVersion(0);

    /**
     * A verdict leaves {@link io.weldr.core.pool.Origin#modified} alone. Changes and requests that no operator asked
     * for are kept apart from those of operators.
     */
    public static final ClusterVersion HEALTH_APART = new ClusterVersion(1);

    /**
     * Pools, listeners and routes are written by commands of their own; origins have a priority, a limit and labels;
     * probes have types.
     */
    public static final ClusterVersion RESOURCES = new ClusterVersion(2);

    /** Certificates, listeners and origins with TLS, HTTP/2. */
    public static final ClusterVersion TLS = new ClusterVersion(3);

    /** Members ask each other at the Raft port, and nothing at the gRPC port. */
    public static final ClusterVersion MEMBERS_APART = new ClusterVersion(4);

    /** Tokens; entries and changes say who asked for them. */
    public static final ClusterVersion TOKENS = new ClusterVersion(5);

    /** A verdict names the term that it was reached in, and counts in no other. */
    public static final ClusterVersion FENCED = new ClusterVersion(6);

    /** There are learners, which get every entry and have no vote. */
    public static final ClusterVersion LEARNERS = new ClusterVersion(7);

    /** The newest one that this program supports. It supports all before, too. */
    public static final ClusterVersion SUPPORTED = new ClusterVersion(7);

    public ClusterVersion {
        Check.inRange("cluster version", number, 0, NUMBER_MAX);
    }

    /** The first version under which a command may hold that policy. */
    public static ClusterVersion of(@Nullable HealthPolicy policy) {
        if (policy == null) {
            return INITIAL;
        }
        HealthPolicy plain = HealthPolicy.builder()
                .path(policy.path())
                .method(policy.method())
                .expected(policy.expected())
                .interval(policy.interval())
                .timeout(policy.timeout())
                .failuresToDown(policy.failuresToDown())
                .passesToUp(policy.passesToUp())
                .initial(policy.initial())
                .confirm(policy.confirm())
                .build();
        return plain.equals(policy) ? INITIAL : RESOURCES;
    }

    /** The first version under which a command may hold that listener. */
    public static ClusterVersion of(Listener listener) {
        boolean plain = listener.tls() == null
                && listener.http2() == null
                && listener.redirectPort() == null
                && listener.protocol() != Listener.Protocol.TLS_PASSTHROUGH;
        return plain ? RESOURCES : TLS;
    }

    /** The first version under which a command may hold these settings. */
    public static ClusterVersion of(PoolSettings settings) {
        boolean plain =
                settings.protocol() == OriginProtocol.HTTP1 && settings.tls().equals(OriginTlsPolicy.DEFAULT);
        return plain ? RESOURCES : TLS;
    }

    /** Whether what came with {@code other} may be used. */
    public boolean atLeast(ClusterVersion other) {
        return number >= other.number;
    }

    @Override
    public int compareTo(ClusterVersion other) {
        return Integer.compare(number, other.number);
    }

    /** The number alone. */
    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
