package io.weldr.api.error;

import io.grpc.Status.Code;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Every kind of failure that the API answers, with its name on the wire and its status over HTTP (RFC 9110 section 15)
 * and over gRPC. Names are stable: programs branch on them.
 */
public enum ProblemType {
    MALFORMED_BODY("malformed-body", 400, Code.INVALID_ARGUMENT, "The body is not what a request needs"),
    INVALID_VALUE("invalid-value", 400, Code.INVALID_ARGUMENT, "A value is not valid"),
    UNKNOWN_FIELD("unknown-field", 400, Code.INVALID_ARGUMENT, "There is no field or parameter of that name"),
    BAD_REQUEST("bad-request", 400, Code.INVALID_ARGUMENT, "The request cannot be understood"),
    UNAUTHENTICATED("unauthenticated", 401, Code.UNAUTHENTICATED, "The request shows no valid credential"),
    FORBIDDEN("forbidden", 403, Code.PERMISSION_DENIED, "The credential does not allow this"),
    UNKNOWN_HOST(
            "unknown-host", 403, Code.PERMISSION_DENIED, "The request is for a host that this node does not go by"),
    CROSS_SITE("cross-site", 403, Code.PERMISSION_DENIED, "A page of another site may not change anything here"),
    NO_SUCH_RESOURCE("no-such-resource", 404, Code.NOT_FOUND, "There is nothing at that path"),
    NO_SUCH_POOL("no-such-pool", 404, Code.NOT_FOUND, "There is no such pool"),
    NO_SUCH_ORIGIN("no-such-origin", 404, Code.NOT_FOUND, "There is no such origin"),
    NO_SUCH_LISTENER("no-such-listener", 404, Code.NOT_FOUND, "There is no such listener"),
    NO_SUCH_ROUTE("no-such-route", 404, Code.NOT_FOUND, "There is no such route"),
    NO_SUCH_CERTIFICATE("no-such-certificate", 404, Code.NOT_FOUND, "There is no such certificate"),
    NO_SUCH_TOKEN("no-such-token", 404, Code.NOT_FOUND, "There is no such token"),
    NO_SUCH_MEMBER("no-such-member", 404, Code.NOT_FOUND, "There is no such member"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, Code.UNIMPLEMENTED, "The resource does not take that method"),
    REQUEST_TIMEOUT("request-timeout", 408, Code.DEADLINE_EXCEEDED, "The request did not arrive in time"),
    ALREADY_EXISTS("already-exists", 409, Code.ALREADY_EXISTS, "There is another entry under that id or address"),
    IN_USE("in-use", 409, Code.FAILED_PRECONDITION, "Something else needs it"),
    /** Nothing was done. */
    CONFLICT("conflict", 409, Code.ABORTED, "Something else changed at the same time", Duration.ofSeconds(1)),
    /** Nothing was done. */
    OWN_ADDRESS("own-address", 409, Code.FAILED_PRECONDITION, "That is an address of weldr itself"),
    /** Nothing was done. */
    NEEDS_SECRET("needs-secret", 409, Code.FAILED_PRECONDITION, "That needs the secret of the cluster"),
    CHANGE_UNDER_WAY(
            "change-under-way", 409, Code.ABORTED, "Another change of the members is under way", Duration.ofSeconds(1)),
    WOULD_LOSE_QUORUM("would-lose-quorum", 409, Code.FAILED_PRECONDITION, "Too few members would remain that answer"),
    /** Nothing was done. */
    NO_SERVICE_MANAGER(
            "no-service-manager", 409, Code.FAILED_PRECONDITION, "Nothing would start the process of the node again"),
    /** Nothing was done. */
    NOT_SAFE("not-safe", 409, Code.FAILED_PRECONDITION, "The cluster cannot do without the node now"),
    LAST_MEMBER("last-member", 409, Code.FAILED_PRECONDITION, "A member that proxies has to remain"),
    NOT_WAITING("not-waiting", 409, Code.FAILED_PRECONDITION, "No such node waits to be added"),
    NOT_CAUGHT_UP("not-caught-up", 409, Code.FAILED_PRECONDITION, "The node did not catch up in time"),
    CANNOT_LEAD("cannot-lead", 409, Code.FAILED_PRECONDITION, "That member cannot lead now"),
    LIMIT_EXCEEDED("limit-exceeded", 409, Code.RESOURCE_EXHAUSTED, "The result would be larger than a limit allows"),
    /** Nothing was done. */
    CLUSTER_VERSION("cluster-version", 409, Code.FAILED_PRECONDITION, "Not every member understands this yet"),
    PRECONDITION_FAILED("precondition-failed", 412, Code.ABORTED, "The state moved on, or is not what was expected"),
    BODY_TOO_LARGE("body-too-large", 413, Code.RESOURCE_EXHAUSTED, "The body is too large"),
    URI_TOO_LONG("uri-too-long", 414, Code.INVALID_ARGUMENT, "The request line is too long"),
    UNSUPPORTED_ENCODING("unsupported-encoding", 415, Code.INVALID_ARGUMENT, "The body is encoded"),
    /** Nothing was done. */
    ROUTE_CHECKS("route-checks", 422, Code.FAILED_PRECONDITION, "The checks of the routes refuse it"),
    INVALID_TOGETHER("invalid-together", 422, Code.INVALID_ARGUMENT, "The parts are valid, together they are not"),
    TOO_MANY_ATTEMPTS(
            "too-many-attempts",
            429,
            Code.RESOURCE_EXHAUSTED,
            "Too many invalid credentials came from this address",
            Duration.ofSeconds(1)),
    HEADERS_TOO_LARGE("headers-too-large", 431, Code.RESOURCE_EXHAUSTED, "The header section is too large"),
    INTERNAL("internal", 500, Code.INTERNAL, "weldr made a mistake"),
    /** Nothing was done. */
    NO_LEADER("no-leader", 503, Code.UNAVAILABLE, "There is no leader that reaches a majority", Duration.ofSeconds(1)),
    /** Nothing was done. */
    OVERLOADED("overloaded", 503, Code.RESOURCE_EXHAUSTED, "Too much is under way", Duration.ofSeconds(1)),
    /** Nothing was done. */
    UNAVAILABLE("unavailable", 503, Code.UNAVAILABLE, "This node cannot answer that now", Duration.ofSeconds(2)),
    NOT_LIVE("not-live", 503, Code.UNAVAILABLE, "This process has to be restarted"),
    NOT_READY("not-ready", 503, Code.UNAVAILABLE, "This node is not ready"),
    NOT_LEADER("not-leader", 503, Code.UNAVAILABLE, "This node is not the acting leader"),
    /** Done, or to be done yet, or not at all. */
    UNKNOWN_OUTCOME("unknown-outcome", 504, Code.DEADLINE_EXCEEDED, "Nobody knows yet whether it was done");

    /** What goes before the name in the {@code type} member of a problem. */
    public static final String URN = "urn:weldr:problem:";

    private final String slug;
    private final int httpStatus;
    private final Code grpcCode;
    private final String title;
    private final @Nullable Duration retryAfter;

    ProblemType(String slug, int httpStatus, Code grpcCode, String title) {
        this(slug, httpStatus, grpcCode, title, null);
    }

    ProblemType(String slug, int httpStatus, Code grpcCode, String title, @Nullable Duration retryAfter) {
        this.slug = slug;
        this.httpStatus = httpStatus;
        this.grpcCode = grpcCode;
        this.title = title;
        this.retryAfter = retryAfter;
    }

    /** The type of that name; {@link #INTERNAL}: there is none. */
    public static ProblemType ofSlug(String slug) {
        for (ProblemType type : values()) {
            if (type.slug.equals(slug)) {
                return type;
            }
        }
        return INTERNAL;
    }

    /** The name that programs branch on: {@code no-leader}. */
    public String slug() {
        return slug;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public Code grpcCode() {
        return grpcCode;
    }

    /** The same words for every case of this type. */
    public String title() {
        return title;
    }

    /** When the same request may fare better; null if not by waiting. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
