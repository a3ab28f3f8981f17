package io.weldr.cli;

import com.google.protobuf.Duration;
import io.weldr.proto.admin.v1.AddMemberRequest;
import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.MemberStatus;
import io.weldr.proto.admin.v1.MembershipReply;
import io.weldr.proto.admin.v1.PromoteMemberRequest;
import io.weldr.proto.admin.v1.RemoveMemberRequest;
import io.weldr.proto.admin.v1.ReplaceMemberRequest;
import io.weldr.proto.admin.v1.TransferLeadershipRequest;
import io.weldr.proto.admin.v1.Voter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl cluster [status|add|remove|replace|promote|transfer-leader]}; alone it is {@code status}. */
@Command(
        header = "Shows and changes the members of the cluster.",
        description = "Without a command, shows the members, the leader, and how far each member has applied the log.",
        synopsisSubcommandLabel = "[COMMAND]")
final class ClusterCommand extends Shared {
    @Override
    void run(Session session, Output output) {
        show(session, output);
    }

    /** {@code cluster status}. */
    @Command(description = "Shows the members, the leader, and how far each member has applied the log.")
    static final class Status extends Shared {
        @Override
        void run(Session session, Output output) {
            show(session, output);
        }
    }

    /** {@code cluster add}. */
    @Command(
            header = "Adds a node to the cluster.",
            description =
                    "Start the node with --join wait first. The node votes when it has caught up, unless it joins as a learner.")
    static final class Add extends Shared {
        @Parameters(index = "0", paramLabel = "ID", description = "The name of the node")
        private String id = "";

        @Parameters(index = "1", paramLabel = "HOST:PORT", description = "The Raft address of the node")
        private String raft = "";

        @Override
        void run(Session session, Output output) {
            AddMemberRequest wish = newcomer(id, raft);
            print(output, session.change(stub -> stub.addMember(wish)), id + " is a member");
        }
    }

    /** {@code cluster remove}. */
    @Command(
            header = "Removes a member from the cluster, dead or alive.",
            description =
                    "A running member stops voting, continues to proxy for its drain time, and then exits or idles (on-removal).")
    static final class Remove extends Shared {
        @Parameters(index = "0", paramLabel = "ID", description = "The name of the member")
        private String id = "";

        @Option(
                names = "--drain",
                paramLabel = "TIME",
                description = "How long the member continues to proxy, at most 1h. Default: its drain-timeout")
        private @Nullable String drain;

        @Option(names = "--force", description = "Do not drain, as --drain 0s")
        private boolean force;

        @Override
        void run(Session session, Output output) {
            requireAtMostOne("--drain", drain != null, "--force", force);
            RemoveMemberRequest wish = leaver(id, drain, force);
            print(output, session.change(stub -> stub.removeMember(wish)), id + " is no member any more");
        }
    }

    /** {@code cluster replace}. */
    @Command(
            header = "Replaces a member by another node, in one step.",
            description = "Start the new node with --join wait first. The number of voters does not change.")
    static final class Replace extends Shared {
        @Parameters(index = "0", paramLabel = "OLD", description = "The name of the member to remove")
        private String old = "";

        @Parameters(index = "1", paramLabel = "ID", description = "The name of the node to add")
        private String id = "";

        @Parameters(index = "2", paramLabel = "HOST:PORT", description = "The Raft address of the node")
        private String raft = "";

        @Option(
                names = "--drain",
                paramLabel = "TIME",
                description = "How long the old member continues to proxy. Default: its drain-timeout")
        private @Nullable String drain;

        @Option(names = "--force", description = "Do not drain, as --drain 0s")
        private boolean force;

        @Override
        void run(Session session, Output output) {
            requireAtMostOne("--drain", drain != null, "--force", force);
            ReplaceMemberRequest wish = ReplaceMemberRequest.newBuilder()
                    .setLeaver(leaver(old, drain, force))
                    .setNewcomer(newcomer(id, raft))
                    .build();
            print(output, session.change(stub -> stub.replaceMember(wish)), id + " is a member in the place of " + old);
        }
    }

    /** {@code cluster promote}. */
    @Command(
            header = "Gives a learner a vote.",
            description = "The learner must be up to date. Before, it gets every change and has no vote (join-as).")
    static final class Promote extends Shared {
        @Parameters(index = "0", paramLabel = "ID", description = "The name of the learner")
        private String id = "";

        @Override
        void run(Session session, Output output) {
            PromoteMemberRequest wish =
                    PromoteMemberRequest.newBuilder().setId(id).build();
            print(output, session.change(stub -> stub.promoteMember(wish)), id + " votes");
        }
    }

    /** {@code cluster transfer-leader}. */
    @Command(description = "Transfers leadership to a member. Default: any member that is up to date.")
    static final class TransferLeader extends Shared {
        @Parameters(index = "0", paramLabel = "ID", arity = "0..1", description = "The name of the member")
        private String id = "";

        @Override
        void run(Session session, Output output) {
            TransferLeadershipRequest wish =
                    TransferLeadershipRequest.newBuilder().setTo(id).build();
            MembershipReply reply = session.change(stub -> stub.transferLeadership(wish));
            print(output, reply, reply.getLeader() + " leads");
        }
    }

    private static AddMemberRequest newcomer(String id, String raft) {
        return AddMemberRequest.newBuilder().setId(id).setRaftAddress(raft).build();
    }

    private static RemoveMemberRequest leaver(String id, @Nullable String drain, boolean force) {
        RemoveMemberRequest.Builder wish = RemoveMemberRequest.newBuilder().setId(id);
        if (drain != null || force) {
            java.time.Duration time = drain == null ? java.time.Duration.ZERO : Values.parseDuration("--drain", drain);
            wish.setDrain(Duration.newBuilder().setSeconds(time.getSeconds()).setNanos(time.getNano()));
        }
        return wish.build();
    }

    private static void print(Output output, MembershipReply reply, String done) {
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("changed", reply.getChanged());
            map.put("leader", reply.getLeader().isEmpty() ? null : reply.getLeader());
            map.put("voters", members(reply.getVotersList()));
            map.put("learners", members(reply.getLearnersList()));
            output.json(map);
            return;
        }
        output.line(done + (reply.getChanged() ? "" : ", as it was before") + "; voters: "
                + names(reply.getVotersList())
                + (reply.getLearnersCount() == 0 ? "" : "; learners: " + names(reply.getLearnersList())));
    }

    private static List<Map<String, String>> members(List<Voter> members) {
        return members.stream()
                .map(member -> Map.of("id", member.getId(), "raft", member.getRaftAddress()))
                .toList();
    }

    private static String names(List<Voter> members) {
        return members.stream().map(Voter::getId).collect(Collectors.joining(", "));
    }

    private static void show(Session session, Output output) {
        ClusterStatusReply reply = session.read(stub -> stub.clusterStatus(ClusterStatusRequest.getDefaultInstance()));
        long commitIndex = reply.getMembersList().stream()
                .mapToLong(MemberStatus::getCommitIndex)
                .max()
                .orElse(0);
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("self", reply.getSelf());
            map.put("leader", reply.getLeader().isEmpty() ? null : reply.getLeader());
            map.put("term", reply.getTerm());
            map.put("change", reply.getChange().isEmpty() ? null : reply.getChange());
            map.put(
                    "members",
                    reply.getMembersList().stream()
                            .map(member -> Values.member(member, commitIndex))
                            .toList());
            output.json(map);
            return;
        }
        output.table(
                List.of("ID", "ROLE", "TERM", "APPLIED", "LAG", "UPTIME", "VERSION"),
                reply.getMembersList().stream()
                        .map(member -> row(member, commitIndex))
                        .toList());
        output.line("");
        output.table(
                List.of("ID", "ADMIN", "GRPC", "PROXY", "RAFT"),
                reply.getMembersList().stream().map(ClusterCommand::addresses).toList());
        reply.getMembersList().stream()
                .filter(member -> !member.getTrouble().isEmpty())
                .forEach(member -> output.line(member.getId() + ": " + member.getTrouble()));
        if (reply.getLeader().isEmpty()) {
            output.line("no member acts as leader: the cluster is read-only");
        }
        if (!reply.getChange().isEmpty()) {
            output.line("under way: " + reply.getChange());
        }
    }

    private static List<String> row(MemberStatus member, long commitIndex) {
        boolean missing = member.getMissing();
        return List.of(
                member.getId(),
                role(member),
                missing ? "-" : Long.toString(member.getTerm()),
                missing ? "-" : Long.toString(member.getAppliedIndex()),
                missing ? "-" : Long.toString(Values.lag(member, commitIndex)),
                member.hasUptime() ? Values.roughly(member.getUptime()) : "-",
                dash(member.getVersion()));
    }

    /** A table of their own: beside the rest they would not fit a terminal. */
    private static List<String> addresses(MemberStatus member) {
        return List.of(
                member.getId(),
                dash(member.getAdminAddress()),
                dash(member.getGrpcAddress()),
                dash(member.getProxyAddress()),
                dash(member.getRaftAddress()));
    }

    /** {@code leader*} acts as one; a witness and a missing learner are said to be one. */
    private static String role(MemberStatus member) {
        String role = member.getRole() + (member.getActing() ? "*" : "");
        if (member.getMissing()) {
            role = "missing" + (member.hasSilent() ? " " + Values.roughly(member.getSilent()) : "");
            role += member.getLearner() ? ",learner" : "";
        }
        return member.getWitness() ? role + ",witness" : role;
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
