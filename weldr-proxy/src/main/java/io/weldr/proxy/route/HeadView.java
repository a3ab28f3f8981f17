package io.weldr.proxy.route;

import io.weldr.core.route.RequestView;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.Literals;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;

/** A scanned request head as routes see it. One for each event loop, set anew for each request; no allocation. */
public final class HeadView implements RequestView {
    private final byte[] four = new byte[4];
    private final byte[] six = new byte[16];
    private RequestHead head;
    private byte[] client = four;
    private boolean trusted;
    private FieldNames forbidden = FieldNames.NONE;
    private int pathEnd;

    public HeadView(RequestHead head) {
        this.head = head;
    }

    /** The head of the next request, and who sends it. */
    public HeadView set(RequestHead scanned, Peer peer) {
        head = scanned;
        pathEnd = scanned.pathEnd();
        trusted = peer.trusted();
        forbidden = peer.forbidden();
        client = peer.trusted() && scanned.has(Field.X_FORWARDED_FOR) ? told(peer) : peer.raw();
        return this;
    }

    /** The last address of X-Forwarded-For is the one that the trusted peer itself has seen. */
    private byte[] told(Peer peer) {
        int line = -1;
        for (int i = 0; i < head.count(); i++) {
            line = head.field(i) == Field.X_FORWARDED_FOR ? i : line;
        }
        byte[] bytes = head.bytes();
        int to = head.valueEnd(line);
        int from = to;
        while (from > head.valueStart(line) && bytes[from - 1] != ',' && bytes[from - 1] != ' ') {
            from--;
        }
        if (Literals.ipv4(bytes, from, to, four)) {
            return four;
        }
        return Literals.ipv6(bytes, from, to, six) ? six : peer.raw();
    }

    @Override
    public byte[] bytes() {
        return head.bytes();
    }

    @Override
    public int methodStart() {
        return head.methodStart();
    }

    @Override
    public int methodEnd() {
        return head.methodEnd();
    }

    @Override
    public int hostStart() {
        return head.hostStart();
    }

    @Override
    public int hostEnd() {
        return head.hostEnd();
    }

    @Override
    public int pathStart() {
        return head.pathStart();
    }

    @Override
    public int pathEnd() {
        return pathEnd;
    }

    @Override
    public int targetEnd() {
        return head.targetEnd();
    }

    /** What an untrusted peer says about who the client is goes no further, and decides nothing here. */
    @Override
    public int find(byte[] lowerCaseName, int from) {
        if (forbidden.has(lowerCaseName, 0, lowerCaseName.length)) {
            return -1;
        }
        byte[] bytes = head.bytes();
        for (int i = from; i < head.count(); i++) {
            if (Octets.equalsIgnoreCase(bytes, head.lineStart(i), head.nameEnd(i), lowerCaseName)
                    && (trusted || head.field(i).kind() != Field.Kind.TRUST)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int valueStart(int line) {
        return head.valueStart(line);
    }

    @Override
    public int valueEnd(int line) {
        return head.valueEnd(line);
    }

    @Override
    public byte[] clientAddress() {
        return client;
    }
}
