package io.weldr.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weldr.proto.admin.v1.Change;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.wire.grpc.Delivery;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weldrctl watch}: goes on at another node where it broke off. */
@Command(
        header = "Shows every change when it happens, one per line.",
        description = "Runs until it is stopped. If its node stops, it continues at the next endpoint, without a gap.")
final class WatchCommand extends Shared {
    @Option(names = "--after", paramLabel = "REVISION", description = "Begin with the change after this revision")
    private @Nullable Long after;

    @Option(
            names = "--kind",
            split = ",",
            paramLabel = "WORD",
            description =
                    "Only changes of these: pool, listener, route, certificate, token, origin, verdict, member or cluster")
    private List<String> kinds = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "Only changes of the resource with that name or id")
    private String name = "";

    @Option(names = "--count", paramLabel = "N", description = "End after that number of changes")
    private @Nullable Long count;

    /** A stream that ends sooner, and told nothing, was none. */
    private static final long LIVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What wakes the command. */
    private sealed interface Signal {
        record Event(WatchEvent event) implements Signal {}

        /** {@code status}: why the stream ended; null: the node ended it in peace. */
        record Ended(@Nullable StatusRuntimeException status) implements Signal {}

        record ReaderGone() implements Signal {}
    }

    /** One stream asks for an event when the last one was taken: at most one of each kind is here. */
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

    @Override
    void run(Session session, Output output) {
        try (ReaderWatch reader = ReaderWatch.begin(() -> signals.add(new Signal.ReaderGone()))) {
            watch(session, output);
        }
    }

    private void watch(Session session, Output output) {
        Long last = after;
        long left = count == null ? Long.MAX_VALUE : count;
        long quietSinceNanos = System.nanoTime();
        int lasting = 0; // endpoints in a row that are no nodes, until there was one
        boolean served = false;
        while (left > 0) {
            Endpoint endpoint = session.current();
            Failure failure = Failure.silent(endpoint);
            if (session.speaks(endpoint)) {
                Delivery delivery = new Delivery();
                Stream stream = new Stream();
                long beganNanos = System.nanoTime();
                session.stream(endpoint).withInterceptors(delivery).watch(request(last), stream);
                Signal signal = next();
                while (signal instanceof Signal.Event told) {
                    quietSinceNanos = System.nanoTime();
                    served = true;
                    last = told.event().getRevision();
                    print(output, told.event());
                    left -= told.event().hasChange() ? 1 : 0;
                    if (left == 0) {
                        return;
                    }
                    stream.more();
                    signal = next();
                }
                StatusRuntimeException status = ((Signal.Ended) signal).status();
                failure = status == null ? Failure.ended(endpoint) : session.failure(endpoint, status, delivery.left());
                if (delivery.left() && System.nanoTime() - beganNanos > LIVED_NANOS) {
                    // A stream may be quiet for hours; only the time since it broke off counts.
                    quietSinceNanos = System.nanoTime();
                    served = true;
                }
            }
            lasting = failure.lasting() ? lasting + 1 : 0;
            boolean nobody = !served && lasting >= session.endpoints();
            if (!failure.elsewhere() || nobody) {
                throw failure.exception();
            }
            if (System.nanoTime() - quietSinceNanos > session.timeout().toNanos()) {
                throw new CliException(ExitCode.UNREACHABLE, failure.reason(), failure.line());
            }
            session.advance();
            Session.pause();
        }
    }

    private WatchRequest request(@Nullable Long after) {
        WatchRequest.Builder request =
                WatchRequest.newBuilder().addAllKinds(kinds).setName(name);
        return after == null ? request.build() : request.setAfterRevision(after).build();
    }

    /** Throws {@link ReaderGoneException} if that is what happened. */
    private Signal next() {
        try {
            Signal signal = signals.take();
            if (signal instanceof Signal.ReaderGone) {
                throw new ReaderGoneException();
            }
            return signal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.REFUSED, "interrupted");
        }
    }

    /** One stream of events. Its methods run on a thread of gRPC. */
    private final class Stream implements ClientResponseObserver<WatchRequest, WatchEvent> {
        private @Nullable ClientCallStreamObserver<WatchRequest> call; // set before the stream starts

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> starting) {
            call = starting;
            starting.disableAutoRequestWithInitial(1);
        }

        /** Asks for the next event. The command's thread. */
        void more() {
            ClientCallStreamObserver<WatchRequest> open = call;
            if (open != null) {
                open.request(1);
            }
        }

        @Override
        public void onNext(WatchEvent event) {
            signals.add(new Signal.Event(event));
        }

        @Override
        public void onError(Throwable failure) {
            signals.add(new Signal.Ended(
                    Status.fromThrowable(failure).asRuntimeException(Status.trailersFromThrowable(failure))));
        }

        @Override
        public void onCompleted() {
            signals.add(new Signal.Ended(null));
        }
    }

    private static void print(Output output, WatchEvent event) {
        if (output.json()) {
            output.jsonLine(Values.event(event));
            return;
        }
        if (event.hasChange()) {
            Change change = event.getChange();
            output.line(event.getRevision() + "  " + Values.time(change.getAt(), ChronoUnit.MILLIS) + "  "
                    + Values.who(change) + "  " + change.getKind() + "  " + change.getSubject() + "  "
                    + change.getDetail()
                    + (change.getReason().isEmpty() ? "" : " (" + change.getReason() + ")"));
        } else {
            output.line(event.getRevision() + "  " + event.getResync().getReason());
        }
    }
}
