package io.weldr.api.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.auth.Caller;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import io.weldr.core.Check;
import io.weldr.core.token.Role;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer: checks what holds for all of them, reads the body within its limits, hands over to the
 * operation, and sends the answer or the problem. Confined to the event loop.
 */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /**
     * How long a client that was refused before its request ended is listened to: enough for it to read the answer and
     * stop.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final RoutingContext routing;
    private final String route;
    private final Metrics metrics;
    private final HttpLimits limits;
    private final WaitingBytes waiting;
    private final Gate gate;
    private final Context loop;
    private final long startNanos = System.nanoTime();
    private @Nullable Caller caller; // null until it is let in
    private boolean answered;

    Exchange(
            Vertx vertx,
            RoutingContext routing,
            String route,
            Metrics metrics,
            HttpLimits limits,
            WaitingBytes waiting,
            Gate gate) {
        this.vertx = vertx;
        this.routing = routing;
        this.route = route;
        this.metrics = metrics;
        this.limits = limits;
        this.waiting = waiting;
        this.gate = gate;
        this.loop = vertx.getOrCreateContext();
    }

    /** Whether the request is let in. If not, it is answered: a stranger learns nothing of what there is. */
    boolean admitted() {
        try {
            caller = gate.admit(routing.request());
            return true;
        } catch (RuntimeException e) {
            fail(e);
            return false;
        }
    }

    /** Lets everybody in. */
    void open() {
        caller = Caller.nobody(String.valueOf(routing.request().remoteAddress()));
    }

    private Caller caller() {
        return Objects.requireNonNull(caller, "not let in");
    }

    /** Checks the request, reads its body and runs the operation. It was let in. */
    void serve(Resource.Operation operation) {
        Problem problem = refused(operation.needs(), operation.parameters());
        if (problem != null) {
            refuse(problem);
            return;
        }
        if (!takesBody(routing.request().method())) {
            run(operation, new byte[0]);
            return;
        }
        readBody(body -> run(operation, body));
    }

    /** Hands the response to a stream. */
    void stream(Resource.Stream handler) {
        Problem problem = refused(Role.VIEWER, WatchStream.PARAMETERS);
        if (problem != null) {
            refuse(problem);
            return;
        }
        answered = true;
        try {
            handler.begin(routing, caller());
        } catch (RuntimeException e) {
            answered = false;
            fail(e);
        }
    }

    private static boolean takesBody(HttpMethod method) {
        return method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH);
    }

    private @Nullable Problem refused(Role needs, Set<String> parameters) {
        try {
            caller().check(needs);
        } catch (ProblemException e) {
            return e.problem();
        }
        HttpServerRequest request = routing.request();
        Set<String> names;
        try {
            names = routing.queryParams().names();
        } catch (RuntimeException e) { // of more than one type, as the router decodes it
            return Problem.of(
                    ProblemType.BAD_REQUEST, "query " + Check.quote(String.valueOf(request.query())), "a valid query");
        }
        for (String name : names) {
            if (!parameters.contains(name)) {
                return Problem.of(
                        ProblemType.UNKNOWN_FIELD,
                        "parameter " + Check.quote(name),
                        parameters.isEmpty() ? "none" : "one of " + String.join(", ", parameters));
            }
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return Problem.of(
                    ProblemType.UNSUPPORTED_ENCODING, "Content-Encoding: " + Check.quote(encoding), "no encoding");
        }
        return null;
    }

    private void readBody(Consumer<byte[]> then) {
        HttpServerRequest request = routing.request();
        String length = request.getHeader("Content-Length");
        if (length != null && (!length.matches("[0-9]{1,18}") || Long.parseLong(length) > limits.bodyBytesMax())) {
            tooLarge(length + " bytes");
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) { // RFC 9110 section 10.1.1
            var unused = request.response().writeContinue();
        }
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(limits.bodyTimeout().toMillis(), late -> {
            if (!answered) {
                refuseAndClose(Problem.of(
                        ProblemType.REQUEST_TIMEOUT,
                        body.length() + " bytes of the body after " + Check.text(limits.bodyTimeout()),
                        "all of it"));
            }
        });
        request.handler(chunk -> {
            if (answered) {
                return;
            }
            if (body.length() + chunk.length() > limits.bodyBytesMax()) {
                vertx.cancelTimer(timer);
                tooLarge("more than " + limits.bodyBytesMax() + " bytes");
                return;
            }
            body.appendBuffer(chunk);
        });
        request.exceptionHandler(failure -> {
            vertx.cancelTimer(timer);
            if (!answered) {
                refuseAndClose(Problem.of(
                        ProblemType.BAD_REQUEST,
                        "a body that cannot be read: " + Check.quote(String.valueOf(failure.getMessage())),
                        "a body as its framing says"));
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            if (!answered) {
                then.accept(body.getBytes());
            }
        });
    }

    private void tooLarge(String found) {
        refuseAndClose(Problem.of(ProblemType.BODY_TOO_LARGE, found, "at most " + limits.bodyBytesMax() + " bytes"));
    }

    private void run(Resource.Operation operation, byte[] body) {
        CompletionStage<Answer> stage;
        List<String> expected = null;
        try {
            Request request = new Request(routing, caller(), body);
            if (reads(routing.request().method())) {
                expected = request.ifMatch();
            }
            stage = operation.handler().handle(request);
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        List<String> tags = expected;
        stage.whenComplete((answer, failure) -> loop.runOnContext(nothing -> {
            if (failure != null) {
                fail(failure);
            } else {
                answer(tags == null ? answer : matched(answer, tags));
            }
        }));
    }

    private static boolean reads(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    /**
     * What a read answers that wants one of those entity tags (RFC 9110 section 13.1.1). What has no entity tag is
     * answered as it is.
     */
    private static Answer matched(Answer answer, List<String> tags) {
        String tag = answer.tag();
        return tag == null || tags.contains(tag)
                ? answer
                : Answer.of(Problem.of(ProblemType.PRECONDITION_FAILED, "the ETag is " + tag, "one of " + tags));
    }

    /** Answers with whatever problem the failure is. */
    void fail(Throwable failure) {
        Problem problem = Problems.of(failure);
        if (problem.type() == ProblemType.INTERNAL) {
            LOG.error(
                    "{} {} failed",
                    routing.request().method(),
                    routing.request().path(),
                    failure);
        }
        refuse(problem);
    }

    void refuse(Problem problem) {
        answer(Answer.of(problem));
    }

    private void refuseAndClose(Problem problem) {
        if (answered) {
            return;
        }
        count(problem.type().httpStatus());
        answered = true;
        sendAndClose(vertx, routing.request(), Answer.of(problem));
    }

    void answer(Answer answer) {
        HttpServerResponse response = routing.response();
        if (answered) {
            return;
        }
        answered = true;
        Buffer body = answer.content();
        int bytes = body.length();
        boolean room = waiting.take(bytes);
        Answer sent = room
                ? answer
                : Answer.of(Problem.of(
                        ProblemType.OVERLOADED,
                        waiting.waiting() + " bytes wait for clients to read them",
                        "at most " + waiting.most()));
        count(sent.status()); // what a client asked for and did not wait for was done all the same
        if (response.ended() || response.closed()) {
            waiting.sent(room ? bytes : 0);
            return;
        }
        var unused =
                send(response, sent, room ? body : sent.content()).onComplete(left -> waiting.sent(room ? bytes : 0));
    }

    private void count(int status) {
        HttpServerRequest request = routing.request();
        metrics.answered(request.method().name(), route, status, System.nanoTime() - startNanos);
        if (takesBody(request.method()) || request.method().equals(HttpMethod.DELETE)) {
            LOG.info(
                    "{} {} from {} by {}: {}",
                    request.method(),
                    Check.quote(request.path()),
                    request.remoteAddress(),
                    caller == null ? "nobody" : caller.actor(),
                    status);
            gate.audit(request, caller, status);
        } else if (status == 401 || status == 403 || status == 429) {
            gate.audit(request, caller, status);
        }
    }

    /**
     * Sends an answer after which nothing of the connection is served any more. What the client still sends is read and
     * dropped for a moment, because closing with bytes unread would reset the connection and could take the answer with
     * it (RFC 9112 section 9.6); then the connection is closed, whether or not the request ever ends.
     */
    static void sendAndClose(Vertx vertx, HttpServerRequest request, Answer answer) {
        HttpConnection connection = request.connection();
        vertx.setTimer(LINGER.toMillis(), late -> connection.close());
        var unused = send(request.response().putHeader("Connection", "close"), answer, answer.content());
    }

    /** Completes when the last byte has left, or the connection is gone. */
    private static Future<Void> send(HttpServerResponse response, Answer answer, Buffer body) {
        response.setStatusCode(answer.status());
        response.putHeader("Cache-Control", "no-store").putHeader("X-Content-Type-Options", "nosniff");
        if (!answer.contentType().isEmpty()) {
            response.putHeader("Content-Type", answer.contentType());
        }
        for (Answer.Field field : answer.fields()) {
            response.putHeader(field.name(), field.value());
        }
        return answer.status() == 204 || answer.status() == 304 ? response.end() : response.end(body);
    }
}
