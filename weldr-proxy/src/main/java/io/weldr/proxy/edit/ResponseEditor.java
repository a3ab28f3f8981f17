package io.weldr.proxy.edit;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.ResponseHead;
import org.jspecify.annotations.Nullable;

/** Writes a scanned response head for the client: untouched lines as they came, ours in place of what is hop by hop. */
public final class ResponseEditor {

    private static final byte[] HTTP_1_1 = Octets.ascii("HTTP/1.1 ");
    private static final byte[] CONTENT_LENGTH = Octets.ascii("Content-Length: ");
    private static final byte[] CHUNKED = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: upgrade\r\nUpgrade: ");
    private static final byte[] VIA = Octets.ascii("Via: 1.");
    private static final byte[] VIA_2 = Octets.ascii("Via: 2.0");
    private static final byte[] REQUEST_ID = Octets.ascii("X-Request-Id: ");

    /** What the client is told about its connection. */
    public enum Persistence {
        /** HTTP/1.1 keeps it without a word. */
        IMPLIED,
        /** HTTP/1.0 has to be told. */
        KEEP_ALIVE,
        CLOSE,
        /** It becomes a tunnel. */
        UPGRADE
    }

    private final byte[] viaName;
    private final DateField date;

    public ResponseEditor(String viaName, DateField date) {
        this.viaName = Octets.ascii(" " + viaName + "\r\n");
        this.date = date;
    }

    /**
     * Writes the head that the client gets.
     *
     * @param chunked whether the body goes out in chunks: because it came so, or to give it an end
     * @param answersHead whether the request was HEAD: lengths are then told of a body that does not come
     * @param plan what the route changes
     * @param cookie a line that binds the client to the origin; null: none
     * @param id added as X-Request-Id unless the origin sent one
     */
    public void write(
            ResponseHead head,
            HeadWriter to,
            Persistence persistence,
            boolean chunked,
            boolean answersHead,
            HeadPlan plan,
            byte @Nullable [] cookie,
            RequestId id) {
        HeadWriter out = to.reset();
        int status = head.status();
        out.put(HTTP_1_1).put(status).put(' ');
        out.put(head.bytes(), head.reasonStart(), head.reasonEnd()).crlf();
        copyFields(head, out, chunked, plan);
        boolean bodiless = status < 200 || status == 204;
        if (chunked || (answersHead && head.chunked() && persistence == Persistence.IMPLIED)) {
            out.put(CHUNKED);
        } else if (head.contentLength() >= 0 && !bodiless) {
            out.put(CONTENT_LENGTH).put(head.contentLength()).crlf();
        }
        switch (persistence) {
            case IMPLIED -> {}
            case KEEP_ALIVE -> out.put(KEEP_ALIVE);
            case CLOSE -> out.put(CLOSE);
            case UPGRADE -> {
                int line = head.find(Field.UPGRADE);
                out.put(UPGRADE)
                        .put(head.bytes(), head.valueStart(line), head.valueEnd(line))
                        .crlf();
            }
        }
        if (head.http2()) {
            out.put(VIA_2).put(viaName);
        } else {
            out.put(VIA).put((char) ('0' + head.minorVersion())).put(viaName);
        }
        plan.writeLines(out);
        if (cookie != null) {
            out.put(cookie);
        }
        if (status >= 200) {
            if (!head.has(Field.DATE) && !plan.drops(Field.DATE)) {
                out.put(date.line());
            }
            if (!head.has(Field.X_REQUEST_ID)) {
                out.put(REQUEST_ID);
                id.writeTo(out);
                out.crlf();
            }
        }
        out.crlf();
    }

    private static void copyFields(ResponseHead head, HeadWriter out, boolean chunked, HeadPlan plan) {
        int runStart = -1;
        for (int i = 0; i < head.count(); i++) {
            Field field = head.field(i);
            boolean keep = switch (field.kind()) {
                case FRAMING, HOP -> false;
                case PLAIN, PROTECTED, TRUST, HEAD_ONLY -> field != Field.TRAILER || chunked;
            };
            if (!keep
                    || (head.namesByConnection() > 0 && head.namedByConnection(i))
                    || (plan.dropsAny() && plan.drops(head.bytes(), head.lineStart(i), head.nameEnd(i)))) {
                if (runStart >= 0) {
                    out.put(head.bytes(), runStart, head.lineStart(i));
                    runStart = -1;
                }
            } else if (runStart < 0) {
                runStart = head.lineStart(i);
            }
        }
        if (runStart >= 0) {
            out.put(head.bytes(), runStart, head.lineStart(head.count()));
        }
    }
}
