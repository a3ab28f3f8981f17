package io.weldr.api.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;

/**
 * Closes a connection on which no whole request head came for a time since it was opened or last answered, however
 * busily bytes drip: an idle timeout alone can be fed for ever. Confined to the event loop.
 */
final class HeadDeadline {
    private static final long NONE = -1;

    private final Vertx vertx;
    private final HttpConnection connection;
    private final Duration time;
    private long timer = NONE;

    HeadDeadline(Vertx vertx, HttpConnection connection, Duration time) {
        this.vertx = vertx;
        this.connection = connection;
        this.time = time;
    }

    /** From now on a head is waited for. */
    void start() {
        stop();
        timer = vertx.setTimer(time.toMillis(), late -> connection.close());
    }

    /** A head came, or the connection is closed. */
    void stop() {
        if (timer != NONE) {
            vertx.cancelTimer(timer);
            timer = NONE;
        }
    }
}
