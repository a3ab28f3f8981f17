package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Link;

/**
 * The client's side of an exchange: takes the response, and passes on the request's bytes by
 * {@link Exchange#requestBytes}. Called on the event loop of the exchange only.
 */
public interface Downstream {

    ByteBufAllocator allocator();

    Peer peer();

    /** Where the client has come in: says which routes its requests are matched with. */
    Entrance listener();

    /** What the connection holds; what its exchange holds belongs to it. */
    HeldBytes.Account account();

    /** What the client of the current exchange speaks. Asked once an exchange. */
    Dialect dialect();

    /** Whether, for all that the connection knows, it may serve another request. */
    boolean mayKeep();

    /** Writes a part of the response, or of a tunnel, without flushing; takes over the buffer. */
    void write(ByteBuf part);

    void flush();

    /**
     * Sends a whole answer of weldr's own, in place of a response; takes over the buffer.
     *
     * @param answer head and body, as HTTP/1.1 has them; the body has no framing but its length
     */
    void answer(ByteBuf answer);

    /** Whether the client takes what is written fast enough for more to be written. */
    boolean writable();

    /** Whether nothing waits to be written, and the client's socket can take bytes from another within the kernel. */
    boolean takesSplice();

    /**
     * Moves up to {@code max} bytes from another socket to the client's, and says how many. Only if
     * {@link #takesSplice}.
     */
    int splice(Link from, long max);

    /** The origin takes no more for now. */
    void pauseReading();

    void resumeReading();

    /** The exchange has begun to take bytes: those that wait come first. */
    void continueReading();

    /** The tunnel has carried something: its idle time starts anew. */
    void tunnelMoved();

    /** Ends our side of a tunnel when all that was written has left. */
    void endOutput();

    /**
     * The exchange is over and everything it has to say has been written.
     *
     * @param keep whether another request may follow
     * @param lingering whether the client may still be sending: then closing at once could cost it the answer
     */
    void ended(boolean keep, boolean lingering);

    /**
     * The exchange is over, and there is nothing to say: closes at once.
     *
     * @param visibly whether the client must see a broken connection, because a mere end would look like a complete
     *     response
     * @param why the reason
     */
    void cut(boolean visibly, Failure why);

    /** Something was thrown that nobody expected: the connection ends, and no other. Calls {@link Exchange#abandon}. */
    void failed(Throwable cause);
}
