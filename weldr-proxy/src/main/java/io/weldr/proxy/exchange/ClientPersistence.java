package io.weldr.proxy.exchange;

import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.RequestHead;

/**
 * Whether the client's connection stays open behind the exchange, and what the client is told about that (RFC 9112
 * section 9.3). A connection that is given up is never taken back within the exchange. Confined to the event loop.
 */
final class ClientPersistence {

    private final Downstream client;
    private final RequestHalf request;
    private Dialect dialect = Dialect.HTTP_1_1;
    private boolean kept;

    ClientPersistence(Downstream client, RequestHalf request) {
        this.client = client;
        this.request = request;
    }

    void begin(RequestHead head, Dialect spoken) {
        dialect = spoken;
        kept = spoken != Dialect.HTTP_2 && head.persistent(); // a stream serves one exchange
    }

    /** The connection closes behind this exchange, whatever comes. */
    void giveUp() {
        kept = false;
    }

    /** Whether the connection stays open, for all that is known so far. */
    boolean kept() {
        return kept;
    }

    /**
     * The response of an origin begins: decides, for the rest of the exchange.
     *
     * @return what the client is told
     */
    Persistence decide(Framing framing) {
        kept = kept && mayFollow(framing);
        return told(kept);
    }

    private boolean mayFollow(Framing framing) {
        boolean endIsVisible = dialect == Dialect.HTTP_1_1 || framing == Framing.NONE || framing == Framing.LENGTH;
        // A client that waits for 100 and gets a final answer may send the body or not: nobody can tell what comes
        // next.
        boolean nextIsClear = request.complete() || !request.bodyMayNotCome();
        return endIsVisible && nextIsClear && client.mayKeep();
    }

    /** Whether another request may follow an answer of weldr's own. */
    boolean keptBehindAnswer() {
        return kept && request.complete() && client.mayKeep();
    }

    /** What the client is told about a connection that is kept, or not. */
    Persistence told(boolean keep) {
        return switch (dialect) {
            case HTTP_1_0 -> keep ? Persistence.KEEP_ALIVE : Persistence.CLOSE;
            case HTTP_1_1 -> keep ? Persistence.IMPLIED : Persistence.CLOSE;
            case HTTP_2 -> Persistence.IMPLIED; // what becomes of the connection is no matter of one response
        };
    }
}
