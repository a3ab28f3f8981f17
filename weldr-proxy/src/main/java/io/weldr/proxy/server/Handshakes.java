package io.weldr.proxy.server;

import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.tls.HandshakeFailure;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes under way on one event loop. There is a limit to them, because each holds memory and most of them end
 * within milliseconds: where one more would be too many, the oldest ends. A client that begins handshakes and never
 * ends them so costs other clients nothing. Confined to the loop.
 */
public final class Handshakes {
    private final int max;
    private final WorkerStats stats;
    private @Nullable Place first; // the oldest
    private @Nullable Place last;
    private int count;

    /** What is under way. */
    interface Handshaking {
        /** It ends, and leaves. */
        void failHandshake(HandshakeFailure failure);
    }

    /** The place of one of them. */
    static final class Place {
        private final Handshaking handshaking;
        private @Nullable Place previous;
        private @Nullable Place next;
        private boolean left;

        private Place(Handshaking handshaking) {
            this.handshaking = handshaking;
        }
    }

    /** @param max how many may be under way; at least 1 */
    public Handshakes(int max, WorkerStats stats) {
        this.max = max;
        this.stats = stats;
    }

    /** One more begins. */
    Place enter(Handshaking handshaking) {
        Place oldest = first;
        if (count >= max && oldest != null) {
            oldest.handshaking.failHandshake(HandshakeFailure.TOO_MANY);
            leave(oldest);
        }
        Place place = new Place(handshaking);
        place.previous = last;
        if (last != null) {
            last.next = place;
        } else {
            first = place;
        }
        last = place;
        count++;
        stats.handshakesOpen.increment();
        return place;
    }

    /** It is over. Harmless when it has left before. */
    void leave(Place place) {
        if (place.left) {
            return;
        }
        place.left = true;
        count--;
        stats.handshakesOpen.add(-1);
        if (place.previous != null) {
            place.previous.next = place.next;
        } else {
            first = place.next;
        }
        if (place.next != null) {
            place.next.previous = place.previous;
        } else {
            last = place.previous;
        }
        place.previous = null;
        place.next = null;
    }

    /** It is over, and nothing came of it. */
    void failed(Place place, HandshakeFailure failure) {
        if (!place.left) {
            stats.handshakeFailures(failure).increment();
            leave(place);
        }
    }
}
