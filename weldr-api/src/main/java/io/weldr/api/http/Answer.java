package io.weldr.api.http;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.ProblemBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole response, ready to be sent. Immutable.
 *
 * @param file the body, if it is no text; then {@code body} is empty
 */
record Answer(
        int status,
        String contentType,
        String body,
        @Nullable ByteBuffer file,
        List<Field> fields) {
    static final String BYTES = "application/octet-stream";
    static final String JSON = "application/json";
    private static final String ETAG = "ETag";
    static final String PROBLEM_JSON = "application/problem+json";

    /** A header field. */
    record Field(String name, String value) {}

    Answer {
        fields = List.copyOf(fields);
    }

    private Answer(int status, String contentType, String body) {
        this(status, contentType, body, null, List.of());
    }

    /** The bytes of a file, for the reader to save under that name. */
    static Answer file(ByteBuffer bytes, String name) {
        return new Answer(200, BYTES, "", bytes, List.of())
                .with("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }

    /** The body, for one sender. */
    Buffer content() {
        ByteBuffer bytes = file;
        return bytes == null ? Buffer.buffer(body) : BufferInternal.buffer(Unpooled.wrappedBuffer(bytes.duplicate()));
    }

    static Answer json(int status, Object body) {
        return new Answer(status, JSON, Answers.text(body));
    }

    static Answer ok(Object body) {
        return json(200, body);
    }

    static Answer text(int status, String contentType, String body) {
        return new Answer(status, contentType, body);
    }

    static Answer empty(int status) {
        return new Answer(status, "", "");
    }

    static Answer of(Problem problem) {
        return of(problem, null);
    }

    /**
     * {@code trouble}: what troubles the consensus part of the node; null: nothing does, or it does not belong here.
     */
    static Answer of(Problem problem, @Nullable String trouble) {
        ProblemBody body = ProblemBody.of(problem).with(trouble);
        Answer answer = new Answer(problem.type().httpStatus(), PROBLEM_JSON, Answers.text(body));
        if (problem.type() == ProblemType.UNAUTHENTICATED) { // RFC 9110 section 11.6.1, RFC 6750 section 3
            answer = answer.with("WWW-Authenticate", "Bearer realm=\"weldr\"");
        }
        Long retryAfter = body.retryAfterSeconds();
        return retryAfter == null ? answer : answer.with("Retry-After", retryAfter.toString());
    }

    Answer with(String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new Answer(status, contentType, body, file, more);
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
