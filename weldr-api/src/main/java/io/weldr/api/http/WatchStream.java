package io.weldr.api.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.Watch;
import io.weldr.api.admin.WatchEvent;
import io.weldr.api.admin.WatchEvent.Changed;
import io.weldr.api.admin.WatchEvent.Resync;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.auth.Caller;
import io.weldr.api.error.Problems;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.ChangeEntry;
import io.weldr.api.json.Answers.ResyncEntry;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/watch}: every change as a server-sent event (WHATWG HTML, section 9.2) whose id is its revision. A client
 * that comes back with {@code Last-Event-ID} goes on where it was. Nothing is queued for a slow client: it is told more
 * when it has taken what it was sent. Confined to the event loop of the listener.
 */
final class WatchStream {
    static final Set<String> PARAMETERS = new TreeSet<>(Set.of("after", "kind", "name"));

    static final Description DESCRIPTION = Description.read(
                    "Watch", "Every change as it happens, as server-sent events", Shape.text("text/event-stream"))
            .with(Trait.LAST_EVENT);

    private final WatchHub hub;
    private final Function<Caller, BooleanSupplier> validity;
    private final Duration heartbeatInterval;

    /** @param validity whether a caller that was let in would still be let in */
    WatchStream(WatchHub hub, Function<Caller, BooleanSupplier> validity, Duration heartbeatInterval) {
        this.hub = hub;
        this.validity = validity;
        this.heartbeatInterval = heartbeatInterval;
    }

    /** Begins a stream; throws or answers with a problem if it cannot. */
    void begin(RoutingContext routing, Caller caller) {
        Request request = new Request(routing, caller, new byte[0]);
        Long after = request.queryNumber("after", 0, Long.MAX_VALUE);
        String last = request.field("Last-Event-ID");
        if (last != null && !last.isEmpty()) {
            after = Request.number("Last-Event-ID", last, 0, Long.MAX_VALUE);
        }
        ChangeFilter filter = request.changes();
        Stream stream = new Stream(routing, routing.vertx());
        hub.open(after, filter, validity.apply(caller), stream::wake)
                .whenComplete((watch, failure) -> stream.loop.runOnContext(nothing -> {
                    if (failure != null) {
                        Exchange.sendAndClose(stream.vertx, routing.request(), Answer.of(Problems.of(failure)));
                    } else {
                        stream.start(watch);
                    }
                }));
    }

    private final class Stream {
        private final HttpServerResponse response;
        private final HttpConnection connection;
        private final Vertx vertx;
        private final Context loop;
        private @Nullable Watch watch;
        private long heartbeat;
        private boolean over;

        Stream(RoutingContext routing, Vertx vertx) {
            this.response = routing.response();
            this.connection = routing.request().connection();
            this.vertx = vertx;
            this.loop = vertx.getOrCreateContext();
        }

        void wake() {
            loop.runOnContext(nothing -> pump());
        }

        void start(Watch opened) {
            watch = opened;
            if (response.closed()) {
                end();
                return;
            }
            response.closeHandler(closed -> end());
            response.exceptionHandler(failure -> end());
            response.drainHandler(drained -> pump());
            response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream")
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("X-Content-Type-Options", "nosniff");
            heartbeat = vertx.setPeriodic(heartbeatInterval.toMillis(), tick -> {
                if (!over && !response.writeQueueFull()) {
                    response.write(":\n\n");
                }
            });
            response.write("retry: 1000\n\n");
            pump();
        }

        private void pump() {
            Watch current = watch;
            if (over || current == null) {
                return;
            }
            while (!response.writeQueueFull()) {
                WatchEvent event = current.next();
                if (event == null) {
                    break;
                }
                response.write(text(event));
            }
            if (current.ended() || current.forbidden()) {
                end();
            }
        }

        void end() {
            if (over) {
                return;
            }
            over = true;
            vertx.cancelTimer(heartbeat);
            if (watch != null) {
                watch.close();
            }
            if (!response.ended() && !response.closed()) {
                // A stream ends because the node stops or the client fell behind: it comes back over a connection of
                // its own.
                response.end().onComplete(sent -> connection.close());
            }
        }
    }

    private static String text(WatchEvent event) {
        // Java 17 has no pattern switch; the interface is sealed, and both records are here.
        if (event instanceof Changed changed) {
            return "id: " + event.revision() + "\nevent: change\ndata: "
                    + Answers.line(ChangeEntry.of(changed.change())) + "\n\n";
        }
        return "id: " + event.revision() + "\nevent: resync\ndata: " + Answers.line(ResyncEntry.of((Resync) event))
                + "\n\n";
    }
}
