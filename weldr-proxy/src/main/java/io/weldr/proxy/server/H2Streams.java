package io.weldr.proxy.server;

import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one HTTP/2 connection: those under way, objects for the next ones, and the numbers of those that weldr
 * has reset a short while ago, whose frames may still be on their way. Confined to the event loop.
 */
final class H2Streams {

    /** Objects kept for the next streams: as many as a busy connection mostly has at a time. */
    private static final int SPARE_MAX = 8;

    /** As many frames of streams that were reset are on their way at most, for all that is likely. */
    private static final int RESET_REMEMBERED = 256;

    private final IntObjectHashMap<H2Stream> open = new IntObjectHashMap<>();
    private final ArrayDeque<H2Stream> spare = new ArrayDeque<>();
    private int @Nullable [] reset; // a ring, made for the first one
    private int resetAt;
    private int last;

    /** The highest number that a client has used. */
    int last() {
        return last;
    }

    void seen(int id) {
        last = id;
    }

    int count() {
        return open.size();
    }

    @Nullable H2Stream get(int id) {
        return open.get(id);
    }

    void add(int id, H2Stream stream) {
        open.put(id, stream);
    }

    /** An object for a new stream; null: one has to be made. */
    @Nullable H2Stream spare() {
        return spare.poll();
    }

    /** The stream is over. */
    void remove(H2Stream stream) {
        open.remove(stream.id());
        stream.close();
        if (spare.size() < SPARE_MAX) {
            spare.push(stream);
        } else {
            stream.cancel();
        }
    }

    /** Those under way, in no order. A copy: they may end meanwhile. */
    H2Stream[] all() {
        return open.values().toArray(new H2Stream[0]);
    }

    void rememberReset(int id) {
        int[] ring = reset;
        if (ring == null) {
            ring = new int[RESET_REMEMBERED];
            reset = ring;
        }
        ring[resetAt++ % RESET_REMEMBERED] = id;
    }

    /** Whether weldr has reset that stream lately: the client may not know yet. */
    boolean wasReset(int id) {
        if (reset != null) {
            for (int each : reset) {
                if (each == id) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The connection is closed. */
    void clear() {
        for (H2Stream stream : all()) {
            remove(stream);
        }
        spare.forEach(H2Stream::cancel);
        spare.clear();
    }
}
