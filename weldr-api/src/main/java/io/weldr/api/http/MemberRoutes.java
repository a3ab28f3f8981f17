package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.ClusterView;
import io.weldr.api.admin.MemberReport;
import io.weldr.api.admin.RestartBegun;
import io.weldr.api.admin.RestartWish;
import io.weldr.api.admin.Restarts;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import io.weldr.api.json.Answers.MemberEntry;
import io.weldr.api.json.Answers.Members;
import io.weldr.api.json.Answers.MembershipAnswer;
import io.weldr.api.json.Answers.RestartAnswer;
import io.weldr.api.json.Link;
import io.weldr.api.json.RequestBodies;
import io.weldr.core.port.Membership;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.port.StatusSource;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Who belongs to the cluster, and who leads it: {@code /v1/cluster/members} and {@code /v1/cluster/leader}. */
final class MemberRoutes {
    private static final String MEMBERS = "/v1/cluster/members";

    private static final Description LIST = Description.read(
                    "ListMembers", "The members, and the change of them that is under way", Shape.json(Members.class))
            .call("ClusterStatus");
    private static final Description GET = Description.read("GetMember", "One member", Shape.json(MemberEntry.class))
            .refuses(ProblemType.NO_SUCH_MEMBER);
    private static final Description ADD = change("AddMember", "Add a node that waits to join", Shape.Body.NEW_MEMBER)
            .creates(false);
    private static final Description REMOVE = change("RemoveMember", "Remove a member, dead or alive", null);
    private static final Description REPLACE = change(
                    "ReplaceMember", "Remove one member and add another, in one step", Shape.Body.NEW_MEMBER)
            .creates(false);
    private static final Description PROMOTE = change("PromoteMember", "Give a learner a vote", null);
    private static final Description TRANSFER =
            change("TransferLeadership", "Hand leadership to another member", Shape.Body.NEXT_LEADER);

    private static final Description RESTART = Description.membership(
                    "RestartMember",
                    "Have a member stop as on SIGTERM, so that its service manager starts it again",
                    null,
                    Shape.json(RestartAnswer.class))
            .only(202, Shape.json(RestartAnswer.class))
            .refuses(
                    ProblemType.NO_SUCH_MEMBER,
                    ProblemType.NO_SERVICE_MANAGER,
                    ProblemType.NOT_SAFE,
                    ProblemType.PRECONDITION_FAILED);

    /** The leader decides what it refuses: any of these may come of any change. */
    private static Description change(String id, String summary, @Nullable Shape body) {
        return Description.membership(id, summary, body, Shape.json(MembershipAnswer.class))
                .refuses(
                        ProblemType.NO_SUCH_MEMBER,
                        ProblemType.ALREADY_EXISTS,
                        ProblemType.CHANGE_UNDER_WAY,
                        ProblemType.WOULD_LOSE_QUORUM,
                        ProblemType.LAST_MEMBER,
                        ProblemType.NOT_WAITING,
                        ProblemType.NOT_CAUGHT_UP,
                        ProblemType.CANNOT_LEAD);
    }

    private final Membership membership;
    private final Census census;
    private final Restarts restarts;
    private final StatusSource status;

    MemberRoutes(AdminPorts ports, Census census, Restarts restarts) {
        this.membership = ports.membership();
        this.census = census;
        this.restarts = restarts;
        this.status = ports.status();
    }

    List<Resource> resources() {
        return List.of(
                new Resource(MEMBERS).on(HttpMethod.GET, LIST, this::members).on(HttpMethod.POST, ADD, this::add),
                new Resource(MEMBERS + "/:id")
                        .on(HttpMethod.GET, GET, this::member)
                        .on(HttpMethod.DELETE, REMOVE, this::remove, "drain", "force"),
                new Resource(MEMBERS + "/:id/replacement")
                        .on(HttpMethod.POST, REPLACE, this::replace, "drain", "force"),
                new Resource(MEMBERS + "/:id/restart").on(HttpMethod.POST, RESTART, this::restart, "started", "safe"),
                new Resource(MEMBERS + "/:id/promotion").on(HttpMethod.POST, PROMOTE, this::promote),
                new Resource("/v1/cluster/leader").on(HttpMethod.POST, TRANSFER, this::transfer));
    }

    private static List<Link> links() {
        return List.of(
                Link.get("self", MEMBERS),
                new Link("add", MEMBERS, "POST"),
                new Link("leader", "/v1/cluster/leader", "POST"),
                Link.get("cluster", "/cluster"));
    }

    private CompletionStage<Answer> members(Request request) {
        return census.take()
                .thenApply(ClusterView::new)
                .thenApply(cluster -> Answer.ok(new Members(
                        Pages.members(cluster, membership.status().change()),
                        membership.status().change(),
                        links())));
    }

    private CompletionStage<Answer> member(Request request) {
        MemberId id = request.memberId();
        return census.one(id).thenApply(line -> {
            if (line == null) {
                throw Problems.noSuchMember(id).exception();
            }
            MemberReport report = line.report();
            long known = status.status().commitIndex();
            long commitIndex = report == null ? known : Math.max(known, report.commitIndex());
            return Answer.ok(Pages.member(line, commitIndex, null, null, links(id)));
        });
    }

    private static List<Link> links(MemberId id) {
        String self = MEMBERS + "/" + id;
        return List.of(
                Link.get("self", self),
                new Link("remove", self, "DELETE"),
                new Link("replace", self + "/replacement", "POST"),
                new Link("promote", self + "/promotion", "POST"),
                new Link("restart", self + "/restart", "POST"),
                Link.get("members", MEMBERS));
    }

    private CompletionStage<Answer> add(Request request) {
        Newcomer newcomer = RequestBodies.newcomer(request.body());
        request.refuseConditions();
        return membership.add(newcomer, by(request)).thenApply(result -> answer(result, 201));
    }

    private CompletionStage<Answer> remove(Request request) {
        MemberId id = request.memberId();
        Duration drain = request.drain();
        request.refuseConditions();
        return membership.remove(id, drain, by(request)).thenApply(result -> answer(result, 200));
    }

    private CompletionStage<Answer> replace(Request request) {
        MemberId leaver = request.memberId();
        Newcomer newcomer = RequestBodies.newcomer(request.body());
        Duration drain = request.drain();
        request.refuseConditions();
        return membership.replace(leaver, newcomer, drain, by(request)).thenApply(result -> answer(result, 201));
    }

    private CompletionStage<Answer> promote(Request request) {
        MemberId learner = request.memberId();
        request.refuseConditions();
        return membership.promote(learner, by(request)).thenApply(result -> answer(result, 200));
    }

    private CompletionStage<Answer> transfer(Request request) {
        MemberId to = RequestBodies.leader(request.body());
        request.refuseConditions();
        return membership.transferLeadership(to, by(request)).thenApply(result -> answer(result, 200));
    }

    private CompletionStage<Answer> restart(Request request) {
        MemberId id = request.memberId();
        RestartWish wish = new RestartWish(request.started(), request.safe(), RestartWish.by(by(request)));
        request.refuseConditions();
        return restarts.of(id, wish).thenApply(MemberRoutes::begun);
    }

    private static Answer begun(RestartBegun begun) {
        return Answer.json(202, RestartAnswer.of(begun, links(begun.member())));
    }

    private static Attribution by(Request request) {
        return request.caller().attribution(request.reason());
    }

    private static Answer answer(Result result, int changed) {
        if (result instanceof Result.Refused refused) {
            throw Problems.of(refused).exception();
        }
        Result.Done done = (Result.Done) result;
        return Answer.json(done.changed() ? changed : 200, MembershipAnswer.of(done, links()));
    }
}
