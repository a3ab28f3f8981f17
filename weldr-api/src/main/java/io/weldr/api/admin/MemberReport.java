package io.weldr.api.admin;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The report of a member on itself, at one moment.
 *
 * @param acting whether it may act as leader
 * @param leader whom it takes for the leader; null if it knows of none
 * @param routedRevision the revision of a state that every worker of its proxy routes by; null: an older version that
 *     does not tell
 * @param uptime since it started; null: an older version that does not tell
 * @param listeners what it has made of the listeners; null: an older version that does not tell
 * @param certificates what it has made of the certificates; null: an older version that does not tell
 * @param process its process; null: an older version that does not tell
 * @param silences on an acting leader: how long ago each other member answered it; else empty
 * @param trouble why its consensus part is not whole; null if it is
 * @param virtualIp its virtual IPs; null: it has none in its configuration
 */
public record MemberReport(
        MemberId id,
        Role role,
        boolean acting,
        long term,
        @Nullable MemberId leader,
        long commitIndex,
        long appliedIndex,
        @Nullable Long routedRevision,
        @Nullable Duration uptime,
        @Nullable ListenerReport listeners,
        @Nullable List<CertificateCondition> certificates,
        @Nullable ProcessReport process,
        Map<MemberId, Duration> silences,
        @Nullable String trouble,
        @Nullable VirtualIpStatus virtualIp,
        Traffic traffic) {
    public MemberReport {
        silences = Map.copyOf(silences);
        certificates = certificates == null ? null : List.copyOf(certificates);
    }

    /** Whether it routes by what the log had at {@code index}, which made the state of {@code revision}. */
    boolean routesBy(long index, long revision) {
        return appliedIndex >= index && (routedRevision == null || routedRevision >= revision);
    }

    /**
     * Why it does not serve by what the log had at {@code index}, which made the state of {@code revision}, for people;
     * null: it does, as far as it tells.
     *
     * @param written what was written
     */
    @Nullable String behind(Awaited written, long revision) {
        if (!routesBy(written.index(), revision)) {
            return "it does not route by the change yet";
        }
        CertificateName certificate = written.certificate();
        if (certificate != null && certificates != null) {
            return certificates.stream()
                    .filter(condition -> condition.name().equals(certificate)
                            && condition.state() != CertificateCondition.State.LOADED)
                    .map(MemberReport::line)
                    .findFirst()
                    .orElse(null);
        }
        ListenerName listener = written.listener();
        return listener == null || listeners == null ? null : listeners.unbound(listener, revision);
    }

    private static String line(CertificateCondition condition) {
        return "certificate " + condition.name() + ": not loaded: " + condition.reason();
    }

    /** Every certificate of those conditions that is not loaded, with the reason, for people. */
    public static List<String> unloaded(List<CertificateCondition> conditions) {
        return conditions.stream()
                .filter(condition -> condition.state() != CertificateCondition.State.LOADED)
                .map(MemberReport::line)
                .toList();
    }

    /** Of the node that this is. */
    static MemberReport of(
            ClusterStatus status,
            long routedRevision,
            Duration uptime,
            ListenerReport listeners,
            List<CertificateCondition> certificates,
            ProcessReport process,
            @Nullable VirtualIpStatus virtualIp,
            Traffic traffic) {
        return new MemberReport(
                status.self(),
                status.role(),
                status.acting(),
                status.term(),
                status.leader(),
                status.commitIndex(),
                status.appliedIndex(),
                routedRevision,
                uptime,
                listeners,
                certificates,
                process,
                status.silences(),
                status.trouble(),
                virtualIp,
                traffic);
    }
}
