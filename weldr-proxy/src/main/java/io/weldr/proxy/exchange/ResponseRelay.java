package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * The response of an exchange on its way to the client. Small parts are gathered behind the head, so that a small
 * response is one buffer and one write; large ones are passed on as they came.
 */
final class ResponseRelay {

    /** Up to here copying is cheaper than one more buffer in the write. */
    private static final int COPY_BYTES_MAX = 4096;

    /** Room for the odd line: a chunk size, an end. */
    private static final int GATHER_BYTES = 256;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    /** How the body goes out. */
    private enum Mode {
        /** Byte for byte as it came: lengths and chunks are the origin's. */
        VERBATIM,
        /** In chunks of our own: it came without an end. */
        CHUNKED
    }

    private final Worker worker;
    private Mode mode = Mode.VERBATIM;
    private @Nullable ByteBuf gathered;
    private boolean started;
    private boolean committed;
    private boolean endsByClosing;
    private long bytes;

    ResponseRelay(Worker worker) {
        this.worker = worker;
    }

    void begin() {
        started = false;
        committed = false;
        endsByClosing = false;
        mode = Mode.VERBATIM;
        bytes = 0;
    }

    /** Whether the final response has begun. */
    boolean started() {
        return started;
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

    void interim(H1Server client, ResponseHead head, RequestId id) {
        worker.responseEditor.write(head, worker.writer, Persistence.IMPLIED, false, false, id);
        worker.writer.writeTo(room(client, worker.writer.length()));
        bytes += worker.writer.length();
    }

    /**
     * Starts the final response.
     *
     * @param following bytes of the body that are there already
     */
    void head(
            H1Server client,
            ResponseHead head,
            Framing framing,
            Persistence persistence,
            boolean answersHead,
            int following,
            RequestId id) {
        started = true;
        boolean chunks = framing == Framing.CHUNKED && client.knowsChunks();
        if (framing == Framing.UNTIL_CLOSE && client.knowsChunks() && persistence != Persistence.UPGRADE) {
            mode = Mode.CHUNKED;
            chunks = true;
        }
        endsByClosing = !chunks && (framing == Framing.UNTIL_CLOSE || framing == Framing.CHUNKED);
        worker.responseEditor.write(head, worker.writer, persistence, chunks, answersHead, id);
        int length = worker.writer.length();
        int behind = following <= COPY_BYTES_MAX ? following : 0;
        worker.writer.writeTo(room(client, length + behind + (mode == Mode.CHUNKED ? GATHER_BYTES : 0)));
        bytes += length;
    }

    /** Passes on part of the body, or of a tunnel; owns the buffer. */
    void body(H1Server client, ByteBuf part) {
        int size = part.readableBytes();
        boolean copied;
        bytes += size;
        try {
            if (mode == Mode.CHUNKED) {
                chunkSize(room(client, 20), size);
            }
            copied = gather(client, part);
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
            room(client, 2).writeByte('\r').writeByte('\n');
        }
    }

    /** Copies a small part behind what is gathered if there is room; if not, what is gathered goes first. */
    private boolean gather(H1Server client, ByteBuf part) {
        int size = part.readableBytes();
        ByteBuf out = gathered;
        if (out != null && size <= COPY_BYTES_MAX && out.writableBytes() >= size) {
            out.writeBytes(part);
            return true;
        }
        writeGathered(client);
        return false;
    }

    /** So much of the body has been passed on without coming through here. */
    void passed(int size) {
        bytes += size;
        committed = true;
    }

    /** Ends the body: all of it is written then, and has still to be flushed. */
    void end(H1Server client, byte @Nullable [] trailers) {
        if (mode == Mode.CHUNKED) {
            room(client, LAST_CHUNK.length).writeBytes(LAST_CHUNK);
        } else if (trailers != null && client.knowsChunks()) {
            room(client, trailers.length).writeBytes(trailers);
        }
        writeGathered(client);
    }

    /** Sends what has been gathered. */
    void flush(H1Server client) {
        writeGathered(client);
        client.flush();
    }

    private void writeGathered(H1Server client) {
        ByteBuf out = gathered;
        if (out != null) {
            gathered = null;
            committed = started;
            client.write(out);
        }
    }

    private ByteBuf room(H1Server client, int needed) {
        ByteBuf out = gathered;
        if (out != null && out.writableBytes() >= needed) {
            return out;
        }
        writeGathered(client);
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

    /** Throws away what has not been written. */
    void drop() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
