package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.pool.OriginId;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.Link;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The response of an exchange on its way to the client. Small parts are gathered behind the head, so that a small
 * response is one buffer and one write; large ones are passed on as they came. Confined to the event loop.
 */
final class ResponseHalf {

    /**
     * Where the response stands.
     *
     * <pre>
     *   FREE --> AWAITED --> FLOWING --> COMPLETE      any of them --> FREE
     *               +------> TUNNEL ---> ENDED
     * </pre>
     */
    enum State {
        FREE,
        /** No final response yet. */
        AWAITED,
        /** The head has been passed on; the body goes to the client as it comes. */
        FLOWING,
        /** All of it has been passed on. */
        COMPLETE,
        /** Bytes of another protocol go to the client. */
        TUNNEL,
        /** The origin has ended its side of the tunnel. */
        ENDED;

        private Set<State> next() {
            return switch (this) {
                case FREE -> EnumSet.of(AWAITED);
                case AWAITED -> EnumSet.of(FLOWING, TUNNEL, FREE);
                case FLOWING -> EnumSet.of(COMPLETE, FREE);
                case TUNNEL -> EnumSet.of(ENDED, FREE);
                case COMPLETE, ENDED -> EnumSet.of(FREE);
            };
        }
    }

    /** How the body goes out. */
    private enum Mode {
        /** Byte for byte as it came: lengths and chunks are the origin's. */
        VERBATIM,
        /** In chunks of our own: it came without an end. */
        CHUNKED
    }

    /** Up to here copying is cheaper than one more buffer in the write. */
    private static final int COPY_BYTES_MAX = 4096;

    /** Room for the odd line: a chunk size, an end. */
    private static final int GATHER_BYTES = 256;

    private static final byte[] LAST_SIZE = {'0', '\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final ExchangeLoop loop;
    private final Downstream client;
    private final @Nullable MessageDownstream messages; // the client, if it takes no bytes of HTTP/1.1
    private final Destination destination;
    private final RequestId id;
    private State state = State.FREE;
    private Mode mode = Mode.VERBATIM;
    private Dialect dialect = Dialect.HTTP_1_1;
    private @Nullable ByteBuf gathered;
    private boolean committed;
    private boolean endsByClosing;
    private long bytes;

    ResponseHalf(ExchangeLoop loop, Downstream client, Destination destination, RequestId id) {
        this.loop = loop;
        this.client = client;
        messages = client instanceof MessageDownstream taking ? taking : null;
        this.destination = destination;
        this.id = id;
    }

    private void become(State next) {
        assert state.next().contains(next) : state + " -> " + next;
        state = next;
    }

    State state() {
        return state;
    }

    void begin(Dialect spoken) {
        become(State.AWAITED);
        dialect = spoken;
        mode = Mode.VERBATIM;
        committed = false;
        endsByClosing = false;
        bytes = 0;
    }

    /** Whether some of the final response has left: then there is no way back to another answer. */
    boolean committed() {
        return committed;
    }

    /** Whether closing the connection would look to the client like a proper end. */
    boolean endsByClosing() {
        return endsByClosing;
    }

    /** Bytes passed to the client, heads included. */
    long bytes() {
        return bytes;
    }

    void interim(ResponseHead head) {
        HeadWriter writer = loop.editors().writer();
        loop.editors().response().write(head, writer, Persistence.IMPLIED, false, false, HeadPlan.NONE, null, id);
        int length = writer.length();
        sent(length);
        if (messages != null) {
            messages.head(writer);
        } else {
            writer.writeTo(room(length));
        }
    }

    /**
     * Starts the final response.
     *
     * @param answersHead whether the request was HEAD
     * @param following bytes of the body that are there already
     * @param from the origin that has answered
     */
    void head(
            ResponseHead head,
            Framing framing,
            Persistence persistence,
            boolean answersHead,
            int following,
            OriginId from) {
        boolean tunnel = persistence == Persistence.UPGRADE;
        become(tunnel ? State.TUNNEL : State.FLOWING);
        boolean chunks = framing == Framing.CHUNKED && dialect != Dialect.HTTP_1_0;
        if (framing == Framing.UNTIL_CLOSE && dialect == Dialect.HTTP_1_1 && !tunnel) {
            mode = Mode.CHUNKED;
            chunks = true;
        }
        endsByClosing = messages == null && !chunks && (framing == Framing.UNTIL_CLOSE || framing == Framing.CHUNKED);
        HeadPlan plan = destination.plan().response();
        byte[] cookie = destination.cookie(from);
        HeadWriter writer = loop.editors().writer();
        loop.editors().response().write(head, writer, persistence, chunks, answersHead, plan, cookie, id);
        int length = writer.length();
        sent(length);
        if (messages != null) {
            committed = true;
            messages.head(writer);
            return;
        }
        int behind = following <= COPY_BYTES_MAX ? following : 0;
        writer.writeTo(room(length + behind + (mode == Mode.CHUNKED ? GATHER_BYTES : 0)));
    }

    /** So many bytes are on their way to the client: counted as they go, not at the end of a long download. */
    private void sent(int more) {
        bytes += more;
        loop.stats().bytesToClients.add(more);
    }

    /** Passes on part of the body, or of a tunnel; owns the buffer. */
    void body(ByteBuf part) {
        int size = part.readableBytes();
        boolean copied;
        sent(size);
        if (messages != null) {
            client.write(part);
            return;
        }
        try {
            if (mode == Mode.CHUNKED) {
                chunkSize(room(20), size);
            }
            copied = gather(part);
        } catch (Throwable e) {
            part.release();
            throw e;
        }
        if (copied) {
            part.release();
        } else {
            committed = true;
            client.write(part);
        }
        if (mode == Mode.CHUNKED) {
            room(2).writeByte('\r').writeByte('\n');
        }
    }

    /** Copies a small part behind what is gathered if there is room; if not, what is gathered goes first. */
    private boolean gather(ByteBuf part) {
        int size = part.readableBytes();
        ByteBuf out = gathered;
        if (out != null && size <= COPY_BYTES_MAX && out.writableBytes() >= size) {
            out.writeBytes(part);
            return true;
        }
        writeGathered();
        return false;
    }

    /**
     * Moves up to {@code max} bytes of the body from the origin's socket to the client's. Only if
     * {@link Downstream#takesSplice}.
     *
     * @return how many bytes were moved
     */
    int splice(Link from, long max) {
        int moved = client.splice(from, max);
        if (state != State.FREE) { // else the client has gone within that
            sent(moved);
            committed = true;
        }
        return moved;
    }

    /** Ends the body: all of it is written then, and has still to be flushed. */
    void complete(byte @Nullable [] trailers) {
        if (messages != null) {
            messages.end(trailers);
        } else if (mode == Mode.CHUNKED && trailers != null) { // of an origin that speaks HTTP/2
            room(LAST_SIZE.length + trailers.length).writeBytes(LAST_SIZE).writeBytes(trailers);
        } else if (mode == Mode.CHUNKED) {
            room(LAST_CHUNK.length).writeBytes(LAST_CHUNK);
        } else if (trailers != null && dialect == Dialect.HTTP_1_1) {
            room(trailers.length).writeBytes(trailers);
        }
        writeGathered();
        if (state == State.FLOWING) { // else the client has gone within that write
            become(State.COMPLETE);
        }
    }

    /** The origin has ended its side of the tunnel. */
    void endTunnel() {
        flush();
        become(State.ENDED);
    }

    /** Sends what has been gathered. */
    void flush() {
        writeGathered();
        client.flush();
    }

    private void writeGathered() {
        ByteBuf out = gathered;
        if (out != null) {
            gathered = null;
            committed = state != State.AWAITED;
            client.write(out);
        }
    }

    private ByteBuf room(int needed) {
        ByteBuf out = gathered;
        if (out != null && out.writableBytes() >= needed) {
            return out;
        }
        writeGathered();
        ByteBuf fresh = client.allocator().directBuffer(Math.max(needed, GATHER_BYTES));
        gathered = fresh;
        return fresh;
    }

    private static void chunkSize(ByteBuf out, int size) {
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(size)) / 4);
        for (int i = digits - 1; i >= 0; i--) {
            out.writeByte(HEX[size >>> (4 * i) & 15]);
        }
        out.writeByte('\r').writeByte('\n');
    }

    /** An answer of weldr's own goes out in its place. Only if nothing is {@link #committed}. */
    void replaced(int answerBytes) {
        int unsent = gathered == null ? 0 : gathered.readableBytes();
        drop();
        sent(answerBytes - unsent);
    }

    private void drop() {
        ByteBuf dropped = gathered;
        gathered = null;
        if (dropped != null) {
            dropped.release();
        }
    }

    /** The exchange is over: what has not been written is thrown away. */
    void end() {
        drop();
        become(State.FREE);
    }
}
