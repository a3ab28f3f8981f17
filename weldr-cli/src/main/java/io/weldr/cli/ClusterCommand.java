package io.weldr.cli;

import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.MemberStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code weldrctl cluster}. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "The members, who leads, and how far each has applied the log.")
final class ClusterCommand extends Shared {
    @Override
    void run(Session session, Output output) {
        ClusterStatusReply reply = session.read(stub -> stub.clusterStatus(ClusterStatusRequest.getDefaultInstance()));
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("self", reply.getSelf());
            map.put("leader", reply.getLeader().isEmpty() ? null : reply.getLeader());
            map.put("term", reply.getTerm());
            map.put(
                    "members",
                    reply.getMembersList().stream().map(Values::member).toList());
            output.json(map);
            return;
        }
        output.table(
                List.of("ID", "ROLE", "TERM", "COMMIT", "APPLIED", "VERSION", "ADMIN", "GRPC", "PROXY", "RAFT"),
                reply.getMembersList().stream().map(ClusterCommand::row).toList());
        if (reply.getLeader().isEmpty()) {
            output.line("no member acts as leader: the cluster is read-only");
        }
    }

    private static List<String> row(MemberStatus member) {
        boolean missing = member.getMissing();
        return List.of(
                member.getId(),
                missing ? "missing" : member.getRole() + (member.getActing() ? "*" : ""),
                missing ? "-" : Long.toString(member.getTerm()),
                missing ? "-" : Long.toString(member.getCommitIndex()),
                missing ? "-" : Long.toString(member.getAppliedIndex()),
                dash(member.getVersion()),
                dash(member.getAdminAddress()),
                dash(member.getGrpcAddress()),
                dash(member.getProxyAddress()),
                dash(member.getRaftAddress()));
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
