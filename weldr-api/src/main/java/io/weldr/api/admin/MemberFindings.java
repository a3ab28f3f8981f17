package io.weldr.api.admin;

import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.Finding;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is wrong with single members, by what they say and by when they say it. Pure. */
final class MemberFindings {
    /**
     * Drains, slow starts and expiries are in whole seconds. NTP keeps machines within milliseconds of each other.
     */
    static final Duration CLOCK_MAX = Duration.ofSeconds(1);

    private MemberFindings() {}

    static List<Finding> of(List<Diagnosis.Patient> members, List<MemberChecks> checks, List<Census.Line> lines) {
        List<Finding> all = new ArrayList<>();
        for (Diagnosis.Patient member : members) {
            MemberId id = member.member();
            String missing = member.missing();
            if (missing != null) {
                all.add(Finding.critical(
                        "unreachable",
                        id,
                        "it does not answer: " + missing,
                        "look whether it runs (systemctl status weldr) and reaches the other members at their Raft"
                                + " ports; if it is gone for good: weldrctl cluster remove " + id));
            }
            ClockOffset clock = member.clock();
            if (clock != null && clock.surelyExceeds(CLOCK_MAX)) {
                all.add(Finding.warning(
                        "clock",
                        id,
                        "its clock is " + text(clock.ahead().abs())
                                + (clock.ahead().isNegative() ? " behind" : " ahead of")
                                + " the clock of the node that was asked, within " + text(clock.error()),
                        "let a time service keep the clocks of all machines: timedatectl; chronyc tracking"));
            }
        }
        for (MemberChecks member : checks) {
            if (!member.unready().isEmpty()) {
                all.add(Finding.critical(
                        "not-ready",
                        member.member(),
                        "it is not ready: " + String.join("; ", member.unready()),
                        "keep clients away from it until it is ready; curl 'http://ADMIN-ADDRESS/readyz?verbose' tells"
                                + " how it goes on"));
            }
            all.addAll(member.facts().findings());
        }
        lines.forEach(line -> reported(line, all));
        versions(members, all);
        return all;
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis < 10_000 ? millis + " ms" : millis / 1000 + " s";
    }

    private static void reported(Census.Line line, List<Finding> all) {
        MemberReport report = line.report();
        if (report == null) {
            return;
        }
        String trouble = report.trouble();
        if (trouble != null) {
            all.add(Finding.critical(
                    "trouble",
                    line.id(),
                    trouble,
                    "find these words in docs/howto/troubleshooting.md; the log of the node has more: journalctl -u"
                            + " weldr"));
        }
        ListenerReport listeners = report.listeners();
        if (listeners != null) {
            for (ListenerCondition condition : listeners.conditions()) {
                if (!condition.bound() && condition.state() != ListenerCondition.State.DRAINING) {
                    all.add(Finding.critical(
                            "listener",
                            line.id(),
                            "listener " + condition.name() + " is not bound at " + condition.address() + ": "
                                    + condition.reason(),
                            remedy(condition)));
                }
            }
        }
        List<CertificateCondition> certificates = report.certificates();
        if (certificates != null) {
            for (CertificateCondition condition : certificates) {
                if (condition.state() == CertificateCondition.State.FAILED) {
                    all.add(Finding.critical(
                            "certificate",
                            line.id(),
                            "certificate " + condition.name() + " cannot be used: " + condition.reason(),
                            "see weldrctl certs get " + condition.name()
                                    + "; write it anew with weldrctl certs add --replace, or give the node the secret"
                                    + " of the cluster"));
                }
            }
        }
    }

    private static String remedy(ListenerCondition condition) {
        String address = condition.address();
        String port = address.substring(address.lastIndexOf(':') + 1);
        return condition.state() == ListenerCondition.State.NOT_ALLOWED
                ? "allow the port in listener-allow of the node and restart it, or give the listener another address"
                : "see who has the port: ss -ltnp 'sport = :" + port + "'; the node tries again by itself";
    }

    private static void versions(List<Diagnosis.Patient> members, List<Finding> all) {
        SortedMap<MemberId, String> versions = new TreeMap<>();
        for (Diagnosis.Patient member : members) {
            String version = member.version();
            if (version != null) {
                versions.put(member.member(), version);
            }
        }
        if (versions.values().stream().distinct().count() > 1) {
            all.add(Finding.warning(
                    "versions",
                    null,
                    "members run different versions: " + SettingFindings.groups(versions),
                    "finish the upgrade: docs/howto/upgrade.md"));
        }
    }

    /** {@code n1, n2}. */
    static String names(List<MemberId> members) {
        return members.stream().map(MemberId::value).collect(Collectors.joining(", "));
    }
}
