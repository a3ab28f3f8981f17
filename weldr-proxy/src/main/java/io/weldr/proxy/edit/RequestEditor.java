package io.weldr.proxy.edit;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.trace.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes a scanned request head for an origin: untouched lines are copied as they came, in runs; what is ours to say is
 * replaced (RFC 9110 section 7.6). The target is passed on byte for byte.
 */
public final class RequestEditor {

    private static final byte[] HTTP_1_1 = Octets.ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = Octets.ascii("Host: ");
    private static final byte[] CONTENT_LENGTH = Octets.ascii("Content-Length: ");
    private static final byte[] CHUNKED = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: upgrade\r\nUpgrade: ");
    private static final byte[] TE = Octets.ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] FORWARDED_FOR = Octets.ascii("X-Forwarded-For: ");
    private static final byte[] FORWARDED_PROTO = Octets.ascii("X-Forwarded-Proto: http\r\n");
    private static final byte[] FORWARDED_PROTO_TLS = Octets.ascii("X-Forwarded-Proto: https\r\n");
    private static final byte[] FORWARDED_HOST = Octets.ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED = Octets.ascii("Forwarded: ");
    private static final byte[] FOR = Octets.ascii("for=");
    private static final byte[] HOST_OF = Octets.ascii(";host=\"");
    private static final byte[] PROTO_OF = Octets.ascii(";proto=http\r\n");
    private static final byte[] PROTO_OF_TLS = Octets.ascii(";proto=https\r\n");
    private static final byte[] MAX_FORWARDS = Octets.ascii("Max-Forwards: ");
    private static final byte[] REQUEST_ID = Octets.ascii("X-Request-Id: ");
    private static final byte[] LIST = Octets.ascii(", ");
    private static final byte[] VIA = Octets.ascii("Via: 1.");
    private static final byte[] VIA_2 = Octets.ascii("Via: 2.0");

    private final byte[] viaName;

    private final boolean writesXForwarded;
    private final boolean writesForwarded;

    /**
     * An editor that writes these for every request.
     *
     * @param viaName our name in Via: a token (RFC 9110 section 7.6.3)
     * @param xForwarded whether X-Forwarded-For, -Proto and -Host are written
     * @param forwarded whether Forwarded is (RFC 7239)
     */
    public RequestEditor(String viaName, boolean xForwarded, boolean forwarded) {
        writesXForwarded = xForwarded;
        writesForwarded = forwarded;
        this.viaName = Octets.ascii(" " + viaName + "\r\n");
    }

    /** The same for a node that does not trace. */
    public void write(
            RequestHead head,
            HeadWriter to,
            byte[] originAuthority,
            boolean preserveHost,
            HeadPlan plan,
            @Nullable TargetBytes target,
            Peer peer,
            RequestId id) {
        write(head, to, originAuthority, preserveHost, plan, target, peer, id, null);
    }

    /**
     * Writes the head that the origin gets.
     *
     * @param originAuthority value for Host when the client's is not to be preserved; also used when there is none
     * @param preserveHost whether the origin sees the Host that the client sent
     * @param plan what the route changes
     * @param target in place of the client's; null: that one
     * @param id added as X-Request-Id
     * @param trace whose traceparent takes the place of the client's; null: that one
     */
    public void write(
            RequestHead head,
            HeadWriter to,
            byte[] originAuthority,
            boolean preserveHost,
            HeadPlan plan,
            @Nullable TargetBytes target,
            Peer peer,
            RequestId id,
            @Nullable TraceContext trace) {
        HeadWriter out = to.reset();
        writeTarget(head, out, target);
        boolean ownHost = writeHost(head, out, originAuthority, preserveHost, plan);
        copyFields(head, out, ownHost, peer, plan, trace);
        if (head.chunked()) {
            out.put(CHUNKED);
        } else if (head.contentLength() >= 0) {
            out.put(CONTENT_LENGTH).put(head.contentLength()).crlf();
        }
        if (head.upgrade()) {
            int line = head.find(Field.UPGRADE);
            out.put(UPGRADE)
                    .put(head.bytes(), head.valueStart(line), head.valueEnd(line))
                    .crlf();
        } else if (head.acceptsTrailers()) {
            out.put(TE);
        }
        if (head.maxForwards() > 0) {
            out.put(MAX_FORWARDS).put(head.maxForwards() - 1).crlf();
        }
        if (writesXForwarded) {
            writeXForwarded(head, out, peer, plan);
        }
        if (writesForwarded && !plan.drops(Field.FORWARDED)) {
            writeForwarded(head, out, peer);
        }
        if (peer.http2()) {
            out.put(VIA_2).put(viaName);
        } else {
            out.put(VIA).put((char) ('0' + head.minorVersion())).put(viaName);
        }
        if (peer.tls() != null) {
            out.put(peer.tls().identity());
        }
        if (trace != null && !plan.drops(Field.TRACEPARENT)) {
            trace.writeTo(out);
        }
        plan.writeLines(out);
        out.put(REQUEST_ID);
        id.writeTo(out);
        out.crlf().crlf();
    }

    private static void writeTarget(RequestHead head, HeadWriter out, @Nullable TargetBytes target) {
        byte[] b = head.bytes();
        out.put(b, head.methodStart(), head.methodEnd()).put(' ');
        if (target != null && target.length() > 0) { // a rewrite leaves the asterisk of OPTIONS alone
            out.put(target.bytes(), 0, target.length());
        } else if (head.asteriskByEmptyPath()) {
            out.put('*');
        } else {
            if (head.absolute() && (head.pathStart() == head.targetEnd() || b[head.pathStart()] == '?')) {
                out.put('/'); // RFC 9112 section 3.2.1: an empty path is sent as a slash
            }
            out.put(b, head.pathStart(), head.targetEnd());
        }
        out.put(HTTP_1_1);
    }

    /** Host, when it is not simply copied. Says whether the client's Host lines are to be left out. */
    private static boolean writeHost(
            RequestHead head, HeadWriter out, byte[] originAuthority, boolean preserveHost, HeadPlan plan) {
        byte[] host = plan.host();
        boolean hasHost = head.hostEnd() > head.hostStart();
        if (host == null && preserveHost && hasHost && !head.absolute()) {
            return false;
        }
        out.put(HOST);
        if (host != null) {
            out.put(host);
        } else if (preserveHost && hasHost) {
            out.put(head.bytes(), head.hostStart(), head.hostEnd());
        } else {
            out.put(originAuthority);
        }
        out.crlf();
        return true;
    }

    private void copyFields(
            RequestHead head, HeadWriter out, boolean ownHost, Peer peer, HeadPlan plan, @Nullable TraceContext trace) {
        boolean trusted = peer.trusted();
        FieldNames forbidden = peer.forbidden();
        boolean forbids = !forbidden.isEmpty();
        int runStart = -1;
        for (int i = 0; i < head.count(); i++) {
            if ((head.field(i) != Field.OTHER && !keeps(head, i, ownHost, trusted, trace))
                    || (head.namesByConnection() > 0 && head.namedByConnection(i))
                    || (forbids && forbidden.has(head.bytes(), head.lineStart(i), head.nameEnd(i)))
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

    private boolean keeps(RequestHead head, int i, boolean ownHost, boolean trusted, @Nullable TraceContext trace) {
        Field field = head.field(i);
        return switch (field) {
            case HOST -> !ownHost;
            case EXPECT -> head.expectsContinue();
            case TRAILER -> head.chunked();
            case MAX_FORWARDS -> head.maxForwards() < 0;
            case X_REQUEST_ID -> false;
            case TRACEPARENT -> trace == null;
            case TRACESTATE -> trace == null || trace.continued();
            case X_FORWARDED_FOR -> trusted && !writesXForwarded;
            case FORWARDED -> trusted && !writesForwarded;
            default ->
                switch (field.kind()) {
                    case FRAMING, HOP -> false;
                    case TRUST -> trusted;
                    case PLAIN, PROTECTED, HEAD_ONLY -> true;
                };
        };
    }

    private static void writeXForwarded(RequestHead head, HeadWriter out, Peer peer, HeadPlan plan) {
        if (!plan.drops(Field.X_FORWARDED_FOR)) {
            out.put(FORWARDED_FOR);
            if (peer.trusted()) {
                putBefore(head, Field.X_FORWARDED_FOR, out);
            }
            out.put(peer.address()).crlf();
        }
        if ((!peer.trusted() || !head.has(Field.X_FORWARDED_PROTO)) && !plan.drops(Field.X_FORWARDED_PROTO)) {
            out.put(peer.secure() ? FORWARDED_PROTO_TLS : FORWARDED_PROTO);
        }
        if (head.hostEnd() > head.hostStart()
                && (!peer.trusted() || !head.has(Field.X_FORWARDED_HOST))
                && !plan.drops(Field.X_FORWARDED_HOST)) {
            out.put(FORWARDED_HOST)
                    .put(head.bytes(), head.hostStart(), head.hostEnd())
                    .crlf();
        }
    }

    /**
     * RFC 7239 section 4: one element a hop. Its section 6: an IPv6 address in brackets, and for their sake in quotes.
     */
    private static void writeForwarded(RequestHead head, HeadWriter out, Peer peer) {
        out.put(FORWARDED);
        if (peer.trusted()) {
            putBefore(head, Field.FORWARDED, out);
        }
        out.put(FOR);
        if (peer.isIpv6()) {
            out.put('"').put('[').put(peer.address()).put(']').put('"');
        } else {
            out.put(peer.address());
        }
        if (head.hostEnd() > head.hostStart()) {
            // A valid Host has neither quotes nor backslashes; what it has of colons and brackets has to be quoted.
            out.put(HOST_OF).put(head.bytes(), head.hostStart(), head.hostEnd()).put('"');
        }
        out.put(peer.secure() ? PROTO_OF_TLS : PROTO_OF);
    }

    /** All values of a field that is a list, each with a comma behind it for one more. */
    private static void putBefore(RequestHead head, Field list, HeadWriter out) {
        if (head.has(list)) {
            for (int i = 0; i < head.count(); i++) {
                if (head.field(i) == list && head.valueEnd(i) > head.valueStart(i)) {
                    out.put(head.bytes(), head.valueStart(i), head.valueEnd(i)).put(LIST);
                }
            }
        }
    }
}
