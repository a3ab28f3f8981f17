package io.weldr.api.http;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.ProblemBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole response, ready to be sent. Immutable. */
record Answer(int status, String contentType, String body, List<Field> fields) {
    static final String JSON = "application/json";
    private static final String ETAG = "ETag";
    static final String PROBLEM_JSON = "application/problem+json";

    /** A header field. */
    record Field(String name, String value) {}

    Answer {
        fields = List.copyOf(fields);
    }

    static Answer json(int status, Object body) {
        return new Answer(status, JSON, Answers.text(body), List.of());
    }

    static Answer ok(Object body) {
        return json(200, body);
    }

    static Answer text(int status, String contentType, String body) {
        return new Answer(status, contentType, body, List.of());
    }

    static Answer empty(int status) {
        return new Answer(status, "", "", List.of());
    }

    static Answer of(Problem problem) {
        return of(problem, null);
    }

    /**
     * {@code trouble}: what troubles the consensus part of the node; null: nothing does, or it does not belong here.
     */
    static Answer of(Problem problem, @Nullable String trouble) {
        ProblemBody body = ProblemBody.of(problem).with(trouble);
        Answer answer = new Answer(problem.type().httpStatus(), PROBLEM_JSON, Answers.text(body), List.of());
        if (problem.type() == ProblemType.UNAUTHENTICATED) { // RFC 9110 section 11.6.1, RFC 6750 section 3
            answer = answer.with("WWW-Authenticate", "Bearer realm=\"weldr\"");
        }
        Long retryAfter = body.retryAfterSeconds();
        return retryAfter == null ? answer : answer.with("Retry-After", retryAfter.toString());
    }

    Answer with(String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new Answer(status, contentType, body, more);
    }

    /** With a strong entity tag (RFC 9110 section 8.8.3). */
    Answer tagged(String tag) {
        return with(ETAG, tag);
    }

    /** Its entity tag, or null. */
    @Nullable String tag() {
        for (Field field : fields) {
            if (field.name().equals(ETAG)) {
                return field.value();
            }
        }
        return null;
    }
}
