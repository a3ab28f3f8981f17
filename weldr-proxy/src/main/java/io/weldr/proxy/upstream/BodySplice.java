package io.weldr.proxy.upstream;

import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ReadBuffers;

/**
 * Decides whether the body of a response is moved within the kernel, and does it, one response of a connection after
 * another. A body is, from {@link #startIfWorthwhile} to {@link #stop}. Confined to the event loop.
 */
final class BodySplice {

    /**
     * From here on a body is moved within the kernel, where possible; below, two more system calls cost more than a
     * copy.
     */
    private static final int BYTES_MIN = 64 * 1024;

    /** Pipes full in a row for one connection before others get their turn. */
    private static final int IN_A_ROW_MAX = 8;

    private final Link link;
    private final ResponseReader reader;
    private final ReadBuffers buffers;
    private final int progressTicks;
    private boolean started;

    /**
     * For the bodies that a connection brings.
     *
     * @param buffers what the connection reads into, and nothing else does
     * @param progressTicks how long the origin may send nothing
     */
    BodySplice(Link link, ResponseReader reader, ReadBuffers buffers, int progressTicks) {
        this.link = link;
        this.reader = reader;
        this.buffers = buffers;
        this.progressTicks = progressTicks;
    }

    /** Part of a body has come: from now on the rest is moved, if there is much of it. */
    void startIfWorthwhile() {
        if (!started && reader.remaining() >= BYTES_MIN && link.splices()) {
            started = true;
            buffers.sip(true);
        }
    }

    /** The body is complete. */
    void stop() {
        if (started) {
            started = false;
            buffers.sip(false);
        }
    }

    /**
     * Nothing more was read for now: moves on what has arrived since, as long as the client takes it.
     *
     * @return whether the body is complete now
     */
    boolean move(ResponseSink to) {
        if (!started || reader.state() != ResponseReader.State.BODY) {
            return false;
        }
        boolean able = !link.paused() && to.takesSplice();
        buffers.sip(able); // a client that is slow gets buffers: to wait in
        for (int i = 0; able && i < IN_A_ROW_MAX; i++) {
            int moved = to.splice(link, reader.remaining());
            if (reader.state() != ResponseReader.State.BODY || moved == 0) {
                return false;
            }
            if (reader.skip(moved)) {
                return true;
            }
            able = !link.paused() && to.takesSplice();
            if (!link.paused()) {
                link.await(progressTicks);
            }
        }
        return false;
    }
}
