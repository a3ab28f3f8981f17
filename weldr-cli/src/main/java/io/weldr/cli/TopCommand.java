package io.weldr.cli;

import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListPoolsReply;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.PoolEntry;
import io.weldr.proto.admin.v1.SamplesReply;
import io.weldr.proto.admin.v1.SamplesRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weldrctl top}. */
@Command(
        header = "Shows the traffic of pools and origins, and goes on showing it.",
        description =
                "Nodes measure every 10 s. The numbers are those of all nodes together; p50 and p99 are those of the slowest node. It"
                        + " needs no quorum, and says how old the numbers are. On a terminal it updates the table in place.")
final class TopCommand extends Shared {
    private static final List<String> HEAD =
            List.of("POOL", "STATE", "REQ/S", "ERR/S", "IN FLIGHT", "QUEUED", "P50 MS", "P99 MS");

    /** Each costs a call; more would not fit a screen. */
    private static final int POOLS_MAX = 64;

    private static final Duration INTERVAL_DEFAULT = Duration.ofSeconds(2);
    private static final Duration INTERVAL_MIN = Duration.ofMillis(200);
    private static final Duration INTERVAL_MAX = Duration.ofHours(1);

    /** ECMA-48: to the first place of the screen; erase to the end of the line; erase to the end of the screen. */
    private static final String HOME = "\u001b[H";

    private static final String ERASE_LINE = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    @Option(names = "--once", description = "Show it once, and end")
    private boolean once;

    @Option(names = "--interval", paramLabel = "TIME", description = "Between two looks, 200ms to 1h. Default: 2s")
    private @Nullable String interval;

    @Option(names = "--pool", paramLabel = "NAME", description = "Only that pool")
    private @Nullable String pool;

    @Option(
            names = "--sort",
            paramLabel = "WORD",
            description = "requests, errors, inflight, latency or name. Default: requests")
    private Traffic.Order order = Traffic.Order.requests;

    @Override
    void run(Session session, Output output) {
        Duration pause = interval();
        if (once) {
            print(output, look(session), session.current());
            return;
        }
        CountDownLatch gone = new CountDownLatch(1);
        try (ReaderWatch reader = ReaderWatch.begin(gone::countDown)) {
            Traffic seen = look(session); // whoever cannot be asked at first is told so
            long seenNanos = System.nanoTime();
            String trouble = null;
            for (boolean first = true; ; first = false) {
                show(output, seen, trouble, session.current(), first);
                await(gone, pause);
                try {
                    session.again();
                    seen = look(session);
                    seenNanos = System.nanoTime();
                    trouble = null;
                } catch (CliException e) {
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - seenNanos);
                    trouble = "what is shown was asked for " + seconds + " s ago: " + e.text();
                }
            }
        }
    }

    private Duration interval() {
        Duration pause = interval == null ? INTERVAL_DEFAULT : Values.parseDuration("--interval", interval);
        if (pause.compareTo(INTERVAL_MIN) < 0 || pause.compareTo(INTERVAL_MAX) > 0) {
            throw new CliException(ExitCode.USAGE, "--interval: " + interval + " (expected: 200ms to 1h)");
        }
        return pause;
    }

    private static void await(CountDownLatch gone, Duration pause) {
        try {
            if (gone.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ReaderGoneException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.REFUSED, "interrupted");
        }
    }

    private Traffic look(Session session) {
        SamplesReply samples = session.read(stub ->
                stub.samples(SamplesRequest.newBuilder().setLatestOnly(true).build()));
        Map<String, ListOriginsReply> states = new LinkedHashMap<>();
        for (String name : pool == null ? pools(session) : List.of(pool)) {
            ListOriginsRequest request = ListOriginsRequest.newBuilder()
                    .setPool(name)
                    .setConsistency(Consistency.CONSISTENCY_STALE)
                    .build();
            states.put(name, session.read(stub -> stub.listOrigins(request)));
        }
        return Traffic.of(samples, states, order);
    }

    private static List<String> pools(Session session) {
        ListResourcesRequest request = ListResourcesRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        ListPoolsReply reply = session.read(stub -> stub.listPools(request));
        return reply.getEntriesList().stream()
                .map(PoolEntry::getPool)
                .map(io.weldr.proto.resource.v1.Pool::getName)
                .limit(POOLS_MAX)
                .toList();
    }

    private void show(Output output, Traffic seen, @Nullable String trouble, Endpoint endpoint, boolean first) {
        Terminal terminal = output.json() ? null : Terminal.now();
        if (terminal != null) {
            output.raw(screen(lines(output, seen, trouble, endpoint), terminal));
        } else if (trouble == null) {
            if (!first && !output.json()) {
                output.line("");
            }
            print(output, seen, endpoint);
        } else if (!output.json()) {
            output.line(trouble);
        }
    }

    private void print(Output output, Traffic seen, Endpoint endpoint) {
        if (output.json()) {
            if (once) {
                output.json(seen.map(pool));
            } else {
                output.jsonLine(seen.map(pool));
            }
            return;
        }
        lines(output, seen, null, endpoint).forEach(output::line);
    }

    private List<String> lines(Output output, Traffic seen, @Nullable String trouble, Endpoint endpoint) {
        List<String> lines = new ArrayList<>(seen.head(endpoint.toString()));
        if (trouble != null) {
            lines.add(trouble);
        }
        lines.add("");
        lines.addAll(output.columns(HEAD, seen.rows(pool)));
        return lines;
    }

    /** Draws over what is there, no wider and no longer than the terminal. Pure. */
    static String screen(List<String> lines, Terminal terminal) {
        int most = Math.max(1, terminal.lines() - 1); // the cursor stays below
        List<String> shown = new ArrayList<>(lines.subList(0, Math.min(most, lines.size())));
        if (lines.size() > most) {
            shown.set(most - 1, "... " + (lines.size() - most + 1) + " more lines");
        }
        StringBuilder screen = new StringBuilder(HOME);
        for (String line : shown) {
            String printable = Output.printable(line);
            int end = printable.codePointCount(0, printable.length()) <= terminal.columns()
                    ? printable.length()
                    : printable.offsetByCodePoints(0, terminal.columns());
            // Erased first: after a line as wide as the terminal, its last character would go.
            screen.append(ERASE_LINE).append(printable, 0, end).append('\n');
        }
        return screen.append(ERASE_BELOW).toString();
    }
}
