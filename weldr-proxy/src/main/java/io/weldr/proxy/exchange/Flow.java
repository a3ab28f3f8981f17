package io.weldr.proxy.exchange;

import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.net.ReadBuffers;

/**
 * Decides whether one direction of a relay is moved within the kernel: while much arrives at a time. Less is cheaper to
 * copy than to splice. Confined to the event loop.
 */
final class Flow {

    /** From here on, of what arrives at a time. */
    private static final int SPLICE_BYTES_MIN = 64 * 1024;

    /** Pipes full in a row for one connection before others get their turn. */
    private static final int SPLICES_IN_A_ROW = 8;

    /** Times in a row that less than a quarter of that arrives until bytes are read again. */
    private static final int SMALL_IN_A_ROW = 4;

    private final ReadBuffers buffers;
    private final Pipe pipe;
    private int arrived; // since the last pause
    private int small;
    private boolean splicing;

    /** @param buffers what the source of this direction reads into, and nothing else does */
    Flow(ReadBuffers buffers, Pipe pipe) {
        this.buffers = buffers;
        this.pipe = pipe;
    }

    /** So many bytes were read. */
    void read(int bytes) {
        arrived += bytes;
    }

    /**
     * Nothing more was read for now, and what was read has been flushed: moves what has arrived since.
     *
     * @return how many bytes were moved
     */
    int pause(Link from, Link to) {
        boolean much = arrived >= SPLICE_BYTES_MIN;
        arrived = 0;
        if (!splicing && (!much || !from.splices() || !to.splices())) {
            return 0;
        }
        splicing = true;
        boolean able = !from.paused() && to.takesSplice();
        buffers.sip(able); // a peer that is slow gets buffers: to wait in
        int moved = 0;
        for (int i = 0; able && i < SPLICES_IN_A_ROW; i++) {
            int more = to.spliceFrom(from, Integer.MAX_VALUE, pipe);
            if (more == 0) {
                break;
            }
            moved += more;
            able = from.open() && !from.paused() && to.takesSplice();
        }
        small = moved >= SPLICE_BYTES_MIN / 4 || !able ? 0 : small + 1;
        if (small >= SMALL_IN_A_ROW) {
            small = 0;
            splicing = false;
            buffers.sip(false);
        }
        return moved;
    }
}
