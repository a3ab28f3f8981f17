package io.weldr.proxy.edit;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers that weldr gives itself: short, with the request id, as text or JSON. Belongs to one event loop. */
public final class Answers {

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(410, "Gone"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(451, "Unavailable For Legal Reasons"),
            Map.entry(204, "No Content"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"),
            Map.entry(508, "Loop Detected"));

    private static final byte[] ALLOW = Octets.ascii("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
    private static final byte[] RETRY_AFTER = Octets.ascii("Retry-After: ");

    private static final byte[] LOCATION = Octets.ascii("Location: ");
    private static final byte[] CONTENT_LENGTH = Octets.ascii("Content-Length: ");
    private static final byte[] REQUEST_ID = Octets.ascii("X-Request-Id: ");
    private static final byte[] GRPC =
            Octets.ascii("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\ngrpc-status: ");
    private static final byte[] GRPC_MESSAGE = Octets.ascii("\r\ngrpc-message: ");
    private static final byte[] PROBLEM_TYPE = Octets.ascii("application/problem+json");
    private static final byte[] TEXT_TYPE = Octets.ascii("text/plain; charset=us-ascii");
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");

    /**
     * What names of fields contain that are not to be shown to whoever asks: Authorization, Cookie, X-Api-Key and the
     * like.
     */
    private static final List<byte[]> SECRETS = Stream.of("auth", "cookie", "key", "token", "secret", "pass", "session")
            .map(Octets::ascii)
            .toList();

    private final DateField date;
    private final ErrorPages pages;

    public Answers(DateField date) {
        this(date, ErrorPages.NONE);
    }

    private Answers(DateField date, ErrorPages pages) {
        this.date = date;
        this.pages = pages;
    }

    /** The same with those pages for clients that have not asked for JSON. */
    Answers with(ErrorPages other) {
        return new Answers(date, other);
    }

    /**
     * Writes the answer to a failure.
     *
     * @param json whether the client asked for JSON
     * @param bodiless whether the request was HEAD: the length is told, the body left out
     */
    public void write(
            Failure failure,
            HeadWriter to,
            ResponseEditor.Persistence persistence,
            boolean json,
            boolean bodiless,
            RequestId id) {
        // There is room again as soon as one of many connections is closed: not a matter of the origins.
        boolean soon = failure == Failure.TOO_MANY_CONNECTIONS || failure == Failure.MEMORY_FULL;
        write(failure, to, persistence, json, bodiless, soon ? 1 : 0, id);
    }

    /**
     * The same.
     *
     * @param retryAfterSeconds 0: not told
     */
    public void write(
            Failure failure,
            HeadWriter to,
            ResponseEditor.Persistence persistence,
            boolean json,
            boolean bodiless,
            long retryAfterSeconds,
            RequestId id) {
        int status = failure.status();
        String reason = REASONS.getOrDefault(status, "Error");
        String requestId = new String(id.toBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        ErrorPages.Page page = json ? null : pages.of(status);
        byte[] type = page != null ? page.contentType() : json ? PROBLEM_TYPE : TEXT_TYPE;
        byte[] body = page != null ? page.body() : Octets.ascii(words(failure, reason, requestId, json));
        HeadWriter out = to.reset();
        out.put(Octets.ascii("HTTP/1.1 " + status + " " + reason + "\r\nContent-Type: "));
        out.put(type)
                .put(Octets.ascii("\r\nContent-Length: " + body.length + "\r\nX-Request-Id: " + requestId + "\r\n"));
        if (retryAfterSeconds > 0) {
            out.put(RETRY_AFTER).put(retryAfterSeconds).crlf();
        }
        finish(out, status, persistence);
        if (!bodiless) {
            out.put(body);
        }
    }

    /**
     * Writes the answer to a call of gRPC that failed: a response of trailers only, as its head and nothing else.
     *
     * @param code of {@code grpc-status}
     */
    public void writeGrpc(Failure failure, int code, HeadWriter to, RequestId id) {
        HeadWriter out = to.reset().put(GRPC).put(code).put(GRPC_MESSAGE);
        out.put(Octets.ascii(failure.detail())).crlf(); // nothing in it has to be percent-encoded
        out.put(REQUEST_ID);
        id.writeTo(out);
        out.crlf().put(date.line()).crlf();
    }

    /**
     * An answer that a route gives.
     *
     * @param contentType null: there is no body
     * @param location of a redirect; null: none
     * @param bodiless whether the request was HEAD: the length is told, the body left out
     */
    public void writeOfRoute(
            int status,
            @Nullable String contentType,
            byte[] body,
            byte @Nullable [] location,
            HeadPlan plan,
            HeadWriter to,
            ResponseEditor.Persistence persistence,
            boolean bodiless,
            RequestId id) {
        HeadWriter out = to.reset();
        out.put(Octets.ascii("HTTP/1.1 " + status + " " + REASONS.getOrDefault(status, "") + "\r\n"));
        if (location != null && !plan.drops(Field.LOCATION)) {
            out.put(LOCATION).put(location).crlf();
        }
        if (contentType != null && body.length > 0 && !plan.drops(Field.CONTENT_TYPE)) {
            out.put(Octets.ascii("Content-Type: " + contentType + "\r\n"));
        }
        if (status != 204 && status != 304) {
            out.put(CONTENT_LENGTH).put(body.length).crlf();
        }
        plan.writeLines(out);
        out.put(REQUEST_ID);
        id.writeTo(out);
        out.crlf();
        finish(out, status, persistence);
        if (!bodiless) {
            out.put(body);
        }
    }

    private static String words(Failure failure, String reason, String requestId, boolean json) {
        int status = failure.status();
        return json
                ? "{\"type\":\"about:blank\",\"title\":\"" + reason + "\",\"status\":" + status + ",\"detail\":\""
                        + failure.detail() + "\",\"cause\":\"" + failure.cause() + "\",\"requestId\":\""
                        + quoted(requestId) + "\"}\n"
                : status + " " + reason + ": " + failure.detail() + "\ncause: " + failure.cause() + "\nrequest id: "
                        + requestId + "\n";
    }

    /** The answer to an OPTIONS that may go no further (RFC 9110 section 7.6.2). */
    public void writeOptions(HeadWriter to, ResponseEditor.Persistence persistence) {
        HeadWriter out = to.reset().put(Octets.ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"));
        out.put(ALLOW);
        finish(out, 200, persistence);
    }

    /**
     * The answer to a TRACE that may go no further (RFC 9110 sections 7.6.2 and 9.3.8): the request as it was received,
     * but for fields that look as if they held a secret.
     */
    public void writeTrace(RequestHead head, HeadWriter to, ResponseEditor.Persistence persistence) {
        int length = head.startLineEnd() - head.methodStart() + 2;
        for (int i = 0; i < head.count(); i++) {
            length += isSecret(head, i) ? 0 : head.lineStart(i + 1) - head.lineStart(i);
        }
        HeadWriter out = to.reset()
                .put(Octets.ascii("HTTP/1.1 200 OK\r\nContent-Type: message/http\r\nContent-Length: "))
                .put(length)
                .crlf();
        finish(out, 200, persistence);
        out.put(head.bytes(), head.methodStart(), head.startLineEnd());
        for (int i = 0; i < head.count(); i++) {
            if (!isSecret(head, i)) {
                out.put(head.bytes(), head.lineStart(i), head.lineStart(i + 1));
            }
        }
        out.crlf();
    }

    private static boolean isSecret(RequestHead head, int i) {
        for (byte[] part : SECRETS) {
            for (int at = head.lineStart(i); at + part.length <= head.nameEnd(i); at++) {
                if (Octets.equalsIgnoreCase(head.bytes(), at, at + part.length, part)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void finish(HeadWriter out, int status, ResponseEditor.Persistence persistence) {
        out.put(date.line());
        if (status == 405) {
            out.put(ALLOW);
        }
        switch (persistence) {
            case CLOSE -> out.put(CLOSE);
            case KEEP_ALIVE -> out.put(KEEP_ALIVE);
            case IMPLIED, UPGRADE -> {}
        }
        out.crlf();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\""); // token octets: nothing else needs it
    }
}
