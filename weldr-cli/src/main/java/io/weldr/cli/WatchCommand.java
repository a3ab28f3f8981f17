package io.weldr.cli;

import io.grpc.StatusRuntimeException;
import io.weldr.proto.admin.v1.Change;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weldrctl watch}: goes on at another node where it broke off. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Shows every change as it happens, one a line, until it is ended.")
final class WatchCommand extends Shared {
    @Option(names = "--after", paramLabel = "REVISION", description = "Begin with the change after this revision")
    private @Nullable Long after;

    @Option(names = "--count", paramLabel = "N", description = "End after so many changes")
    private @Nullable Long count;

    @Override
    void run(Session session, Output output) {
        Long last = after;
        long left = count == null ? Long.MAX_VALUE : count;
        long quietSinceNanos = System.nanoTime();
        while (left > 0) {
            Endpoint endpoint = session.current();
            WatchRequest.Builder request = WatchRequest.newBuilder();
            if (last != null) {
                request.setAfterRevision(last);
            }
            try {
                Iterator<WatchEvent> events = session.stub(endpoint).watch(request.build());
                while (left > 0 && events.hasNext()) {
                    WatchEvent event = events.next();
                    quietSinceNanos = System.nanoTime();
                    last = event.getRevision();
                    print(output, event);
                    left -= event.hasChange() ? 1 : 0;
                }
                quietSinceNanos = System.nanoTime();
            } catch (StatusRuntimeException e) {
                Failure failure = Failure.of(endpoint, e);
                if (!failure.elsewhere()) {
                    throw new CliException(failure.exitCode(), failure.line());
                }
                // A stream may be quiet for hours; only the time since it broke off counts.
                if (failure.maybeDone()) {
                    quietSinceNanos = System.nanoTime();
                }
                if (System.nanoTime() - quietSinceNanos > session.timeout().toNanos()) {
                    throw new CliException(ExitCode.UNREACHABLE, failure.line());
                }
                session.advance();
                Session.pause();
            }
        }
    }

    private static void print(Output output, WatchEvent event) {
        if (output.json()) {
            output.jsonLine(Values.event(event));
            return;
        }
        if (event.hasChange()) {
            Change change = event.getChange();
            output.line(event.getRevision() + "  " + Values.time(change.getAt()) + "  " + change.getKind() + "  "
                    + change.getSubject() + "  " + change.getDetail());
        } else {
            output.line(event.getRevision() + "  " + event.getResync().getReason());
        }
    }
}
