package io.weldr.api.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.Watch;
import io.weldr.api.admin.WatchEvent.Changed;
import io.weldr.api.admin.WatchEvent.Resync;
import io.weldr.api.admin.WatchHub;
import io.weldr.proto.admin.v1.WatchEvent;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch over gRPC. Sends only while the transport takes it, so nothing gathers for a slow client. May be woken on
 * any thread; its own lock keeps the sends in a row, and nothing foreign is called under it but the call itself.
 */
final class WatchCall {
    private final ServerCallStreamObserver<WatchEvent> call;
    private @Nullable Watch watch; // under the lock of this
    private boolean over; // under the lock of this

    private WatchCall(ServerCallStreamObserver<WatchEvent> call) {
        this.call = call;
    }

    /** Begins to answer; must be called within the service method. */
    static void begin(
            WatchHub hub,
            BooleanSupplier allowed,
            ServerCallStreamObserver<WatchEvent> call,
            @Nullable Long after,
            ChangeFilter filter) {
        WatchCall watching = new WatchCall(call);
        call.setOnCancelHandler(watching::cancelled);
        call.setOnReadyHandler(watching::pump);
        hub.open(after, filter, allowed, watching::pump).whenComplete((watch, failure) -> {
            if (failure != null) {
                watching.refuse(failure);
            } else {
                watching.start(watch);
            }
        });
    }

    private synchronized void start(Watch opened) {
        watch = opened;
        if (over) {
            opened.close();
            return;
        }
        pump();
    }

    private synchronized void refuse(Throwable failure) {
        if (!over) {
            over = true;
            call.onError(Statuses.of(failure));
        }
    }

    private synchronized void cancelled() {
        over = true;
        if (watch != null) {
            watch.close();
        }
    }

    private synchronized void pump() {
        Watch current = watch;
        if (over || current == null) {
            return;
        }
        while (call.isReady()) {
            io.weldr.api.admin.WatchEvent event = current.next();
            if (event == null) {
                break;
            }
            call.onNext(message(event));
        }
        if (current.forbidden()) {
            over = true;
            current.close();
            call.onError(StandingCalls.notValidAnyMore());
        } else if (current.ended()) {
            over = true;
            current.close();
            call.onError(
                    Status.UNAVAILABLE.withDescription("the node is stopping").asRuntimeException());
        }
    }

    static WatchEvent message(io.weldr.api.admin.WatchEvent event) {
        WatchEvent.Builder message = WatchEvent.newBuilder().setRevision(event.revision());
        // Java 17 has no pattern switch; the interface is sealed, and both records are here.
        if (event instanceof Changed changed) {
            return message.setChange(Wire.change(changed.change())).build();
        }
        Resync resync = (Resync) event;
        return message.setResync(io.weldr.proto.admin.v1.Resync.newBuilder().setReason(resync.reason()))
                .build();
    }
}
