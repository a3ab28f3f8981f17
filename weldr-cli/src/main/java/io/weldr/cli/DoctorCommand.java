package io.weldr.cli;

import com.google.protobuf.Duration;
import io.weldr.proto.admin.v1.CheckedMember;
import io.weldr.proto.admin.v1.DoctorReply;
import io.weldr.proto.admin.v1.DoctorRequest;
import io.weldr.proto.admin.v1.Finding;
import io.weldr.proto.admin.v1.Finding.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code weldrctl doctor}. */
@Command(
        header = "Looks for what is wrong with the cluster, and says what to do.",
        description =
                "Each node checks its settings, ports, disk, clock, certificates, virtual IPs and limits. The node that is asked"
                        + " compares them. It needs no quorum. Exit code 0: nothing was found; 7: something was.")
final class DoctorCommand extends Shared {
    private ExitCode end = ExitCode.DONE;

    @Override
    void run(Session session, Output output) {
        DoctorReply reply = session.read(stub -> stub.doctor(DoctorRequest.getDefaultInstance()));
        end = reply.getFindingsCount() == 0 ? ExitCode.DONE : ExitCode.FINDINGS;
        if (output.json()) {
            output.json(map(reply));
        } else {
            lines(reply).forEach(output::line);
        }
    }

    @Override
    ExitCode end() {
        return end;
    }

    /** For people. */
    static List<String> lines(DoctorReply reply) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : reply.getFindingsList()) {
            lines.add(severity(finding) + "  " + (finding.getNode().isEmpty() ? "cluster" : finding.getNode()) + "  "
                    + finding.getCheck());
            lines.add("    " + finding.getFound());
            lines.add("    -> " + finding.getRemedy());
        }
        if (reply.getLeft() > 0) {
            lines.add("and " + reply.getLeft() + " more");
        }
        lines.add(summary(reply));
        return lines;
    }

    private static String summary(DoctorReply reply) {
        long critical = reply.getFindingsList().stream()
                .filter(finding -> finding.getSeverity() == Severity.SEVERITY_CRITICAL)
                .count();
        long warnings = reply.getFindingsCount() - critical;
        long answered = reply.getMembersList().stream()
                .filter(member -> member.getMissing().isEmpty())
                .count();
        return (reply.getFindingsCount() == 0
                        ? "nothing found"
                        : critical + " critical, " + warnings + (warnings == 1 ? " warning" : " warnings"))
                + ": " + answered + " of " + reply.getMembersCount() + " nodes checked, asked by " + reply.getSelf()
                + clocks(reply);
    }

    private static String clocks(DoctorReply reply) {
        long most = 0;
        long error = 0;
        int measured = 0;
        for (CheckedMember member : reply.getMembersList()) {
            if (member.hasClockAhead() && !member.getMember().equals(reply.getSelf())) {
                measured++;
                long ahead = Math.abs(millis(member.getClockAhead()));
                if (ahead >= most) {
                    most = ahead;
                    error = millis(member.getClockError());
                }
            }
        }
        return measured == 0
                ? ""
                : "; clocks are at most " + most + " ms (±" + error + " ms) off that of " + reply.getSelf();
    }

    private static long millis(Duration duration) {
        return duration.getSeconds() * 1000 + duration.getNanos() / 1_000_000;
    }

    private static String severity(Finding finding) {
        return finding.getSeverity() == Severity.SEVERITY_WARNING ? "warning" : "critical";
    }

    /** As {@code GET /v1/doctor} has it. */
    static Map<String, Object> map(DoctorReply reply) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("node", reply.getSelf());
        map.put("healthy", reply.getFindingsCount() == 0);
        map.put("millisSinceLeader", reply.hasStateAge() ? millis(reply.getStateAge()) : null);
        List<Map<String, Object>> members = new ArrayList<>();
        for (CheckedMember member : reply.getMembersList()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("member", member.getMember());
            one.put("version", member.getVersion().isEmpty() ? null : member.getVersion());
            one.put("clockAheadMillis", member.hasClockAhead() ? millis(member.getClockAhead()) : null);
            one.put("clockErrorMillis", member.hasClockError() ? millis(member.getClockError()) : null);
            one.put("missing", member.getMissing().isEmpty() ? null : member.getMissing());
            members.add(one);
        }
        map.put("members", members);
        List<Map<String, Object>> findings = new ArrayList<>();
        for (Finding finding : reply.getFindingsList()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("severity", severity(finding));
            one.put("check", finding.getCheck());
            one.put("node", finding.getNode().isEmpty() ? null : finding.getNode());
            one.put("found", finding.getFound());
            one.put("remedy", finding.getRemedy());
            findings.add(one);
        }
        map.put("findings", findings);
        map.put("left", reply.getLeft());
        return map;
    }
}
