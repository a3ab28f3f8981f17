package io.weldr.api.error;

import io.weldr.core.port.GatewayException;
import io.weldr.core.port.Membership;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Tells which {@link ProblemType} a refusal or a failure is. The switches have no default: a new case does not compile
 * until it has its answer.
 */
public final class Problems {
    private Problems() {}

    /** What a refused command answers. */
    public static Problem of(Refused refused) {
        return Problem.ofLine(type(refused.refusal()), refused.detail(), expected(refused.refusal()));
    }

    private static ProblemType type(Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_POOL -> ProblemType.NO_SUCH_POOL;
            case NO_SUCH_ORIGIN -> ProblemType.NO_SUCH_ORIGIN;
            case NO_SUCH_MEMBER -> ProblemType.NO_SUCH_MEMBER;
            case NO_SUCH_LISTENER -> ProblemType.NO_SUCH_LISTENER;
            case NO_SUCH_ROUTE -> ProblemType.NO_SUCH_ROUTE;
            case NO_SUCH_CERTIFICATE -> ProblemType.NO_SUCH_CERTIFICATE;
            case NO_SUCH_TOKEN -> ProblemType.NO_SUCH_TOKEN;
            case REVOKED -> ProblemType.UNAUTHENTICATED;
            case IN_USE -> ProblemType.IN_USE;
            case CHECKED_TOO_EARLY -> ProblemType.CONFLICT;
            case ALREADY_EXISTS -> ProblemType.ALREADY_EXISTS;
            case PRECONDITION_FAILED -> ProblemType.PRECONDITION_FAILED;
            case LIMIT_EXCEEDED -> ProblemType.LIMIT_EXCEEDED;
            case INVALID -> ProblemType.INVALID_TOGETHER;
        };
    }

    private static String expected(Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_POOL -> "the name of a pool";
            case NO_SUCH_ORIGIN -> "an origin of the pool";
            case NO_SUCH_MEMBER -> "a member of the cluster";
            case NO_SUCH_LISTENER -> "the name of a listener";
            case NO_SUCH_ROUTE -> "the name of a route";
            case NO_SUCH_CERTIFICATE -> "the name of a certificate";
            case NO_SUCH_TOKEN -> "the name of a token";
            case REVOKED -> "a credential that is valid";
            case IN_USE -> "a resource that nothing else needs";
            case CHECKED_TOO_EARLY -> "no other change of routes, listeners or pools at the same time";
            case ALREADY_EXISTS -> "an id and an address that are not in use";
            case PRECONDITION_FAILED -> "the state as the request expects it";
            case LIMIT_EXCEEDED -> "a result within the limit";
            case INVALID -> "parts that are valid together";
        };
    }

    /** Nobody of that name belongs to the cluster. */
    public static Problem noSuchMember(MemberId id) {
        return of(new Membership.Result.Refused(Membership.Refusal.NO_SUCH_MEMBER, "there is no member " + id));
    }

    /** What a refused change of the members answers. */
    public static Problem of(Membership.Result.Refused refused) {
        return Problem.ofLine(type(refused.refusal()), refused.detail(), expected(refused.refusal()));
    }

    private static ProblemType type(Membership.Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_MEMBER -> ProblemType.NO_SUCH_MEMBER;
            case ALREADY_MEMBER -> ProblemType.ALREADY_EXISTS;
            case CHANGE_UNDER_WAY -> ProblemType.CHANGE_UNDER_WAY;
            case WOULD_LOSE_QUORUM -> ProblemType.WOULD_LOSE_QUORUM;
            case LAST_MEMBER -> ProblemType.LAST_MEMBER;
            case TOO_MANY_MEMBERS -> ProblemType.LIMIT_EXCEEDED;
            case NOT_WAITING -> ProblemType.NOT_WAITING;
            case UNSUPPORTED -> ProblemType.CLUSTER_VERSION;
            case NOT_CAUGHT_UP -> ProblemType.NOT_CAUGHT_UP;
            case CANNOT_LEAD -> ProblemType.CANNOT_LEAD;
            case REVOKED -> ProblemType.UNAUTHENTICATED;
        };
    }

    private static String expected(Membership.Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_MEMBER -> "a member of the cluster";
            case ALREADY_MEMBER -> "an id and an address that are not in use";
            case CHANGE_UNDER_WAY -> "one change at a time";
            case WOULD_LOSE_QUORUM -> "that most of the remaining members answer";
            case LAST_MEMBER -> "another member that proxies requests";
            case TOO_MANY_MEMBERS -> "fewer members";
            case NOT_WAITING -> "a node that was started with --join";
            case UNSUPPORTED -> "a node whose program supports the cluster version";
            case NOT_CAUGHT_UP -> "a node that the leader reaches";
            case CANNOT_LEAD -> "a member that answers, is up to date, and proxies";
            case REVOKED -> "a credential that is valid";
        };
    }

    /** What a command or a read without an outcome answers. */
    public static Problem of(GatewayException failure) {
        String line = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case NO_LEADER ->
                new Problem(
                        ProblemType.NO_LEADER,
                        "nothing was done: " + line,
                        line,
                        "a leader that a majority of the members can reach");
            case UNKNOWN_OUTCOME ->
                new Problem(
                        ProblemType.UNKNOWN_OUTCOME,
                        "it may have been done, or be done yet: " + line
                                + "; to send it again with the same idempotency key is safe",
                        line,
                        "an answer of the leader in time");
            case OVERLOADED ->
                new Problem(
                        ProblemType.OVERLOADED, "nothing was done: " + line, line, "fewer requests at the same time");
            case TOO_LARGE ->
                new Problem(
                        ProblemType.BODY_TOO_LARGE, "nothing was done: " + line, line, "a change that fits the log");
            case UNSUPPORTED ->
                Problem.ofLine(
                        ProblemType.CLUSTER_VERSION,
                        "nothing was done: " + line,
                        "every member runs a version of weldr that supports this");
            case ROUTES ->
                Problem.ofLine(
                        ProblemType.ROUTE_CHECKS,
                        "nothing was done: " + line,
                        "routes whose matches can be reached, and whose tests pass");
            case NEEDS_SECRET ->
                Problem.ofLine(ProblemType.NEEDS_SECRET, "nothing was done: " + line, "secret-file on every member");
            case OWN_ADDRESS ->
                Problem.ofLine(
                        ProblemType.OWN_ADDRESS,
                        "nothing was done: " + line,
                        "the address of a server that is not weldr");
            case UNAVAILABLE ->
                new Problem(
                        ProblemType.UNAVAILABLE,
                        "nothing was done: " + line,
                        line,
                        "a node whose consensus part is running");
        };
    }

    /** What any failure answers. Unforeseen ones are {@link ProblemType#INTERNAL}, and say no more than that. */
    public static Problem of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ProblemException known) {
            return known.problem();
        }
        if (cause instanceof GatewayException known) {
            return of(known);
        }
        return new Problem(
                ProblemType.INTERNAL,
                "the log of the node has more",
                cause.getClass().getSimpleName(),
                "no mistake");
    }
}
