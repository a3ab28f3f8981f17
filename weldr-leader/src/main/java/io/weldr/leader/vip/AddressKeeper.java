package io.weldr.leader.vip;

import io.weldr.leader.vip.Processes.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the addresses on their interfaces through a child process: {@code ip -batch -}, fed line by line, and a shell around it that
 * deletes the addresses when the input ends. The input ends when this closes it, and when this process dies in whatever way; so
 * letting go and crashing are one and the same path. Not thread safe; confined to the thread of its owner.
 */
final class AddressKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(AddressKeeper.class);

    /**
     * Ignores the signals that a terminal or a service manager sends to the whole group: it has to outlive the node for a moment.
     * Arguments: path of ip, then address/prefix and interface of each.
     */
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM
            ip=$1; shift
            "$ip" -oneline -force -batch -
            while [ $# -ge 2 ]; do "$ip" address delete "$1" dev "$2"; shift 2; done
            """;

    /** Deleting takes milliseconds; a child that takes longer is stuck, and the kernel's lifetime does its work. */
    static final Duration RELEASE_MAX = Duration.ofSeconds(1);

    private static final long LOG_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private final List<String> command;
    private final String renewal;
    private final List<VirtualIp> addresses;
    private final Duration lifetime;
    private final Processes processes;
    private final Executor owner;
    private final LongSupplier clock;
    private final Runnable confirmed;
    private final Runnable again;

    private @Nullable Running current;
    private long startedCount;
    private CompletableFuture<Void> released = CompletableFuture.completedFuture(null);
    private long loggedNanos;

    /** One child, from its first renewal to its end. */
    private static final class Running {
        final long id;
        final Child child;
        final CompletableFuture<Void> ended;
        boolean unanswered;
        long writtenNanos;

        Running(long id, Child child, CompletableFuture<Void> ended) {
            this.id = id;
            this.child = child;
            this.ended = ended;
        }
    }

    /**
     * @param owner runs what children report on the thread that everything here is confined to
     * @param clock nanoseconds that only grow
     * @param confirmed called when the kernel shows an address after a renewal
     * @param again called when a renewal came to nothing and the next should not wait for its time
     */
    AddressKeeper(
            VirtualIpSettings settings,
            Programs programs,
            Processes processes,
            Executor owner,
            LongSupplier clock,
            Runnable confirmed,
            Runnable again) {
        this.addresses = settings.addresses();
        this.lifetime = settings.lifetime();
        this.processes = processes;
        this.owner = owner;
        this.clock = clock;
        this.loggedNanos = clock.getAsLong() - LOG_EVERY_NANOS;
        this.confirmed = confirmed;
        this.again = again;
        this.command = new ArrayList<>(List.of(programs.sh(), "-c", SCRIPT, "weldr-vip", programs.ip()));
        StringBuilder lines = new StringBuilder();
        for (VirtualIp address : addresses) {
            command.add(address.cidr());
            command.add(address.interfaceName());
            lines.append("address replace ")
                    .append(address.cidr())
                    .append(" dev ")
                    .append(address.interfaceName());
            lines.append(" valid_lft ").append(lifetime.toSeconds());
            // IPv6: usable at once, and never chosen as the source of what this node sends by itself.
            lines.append(" preferred_lft ").append(address.isIpv6() ? "0 nodad" : lifetime.toSeconds());
            lines.append('\n');
        }
        for (VirtualIp address : addresses) {
            lines.append("address show dev ").append(address.interfaceName());
            lines.append(" to ").append(address.address()).append('\n');
        }
        this.renewal = lines.toString();
    }

    /** Adds the addresses, or gives them a new lifetime. */
    void renew() {
        if (addresses.isEmpty()) {
            return;
        }
        if (!released.isDone()) {
            // Its delete would hit what is added now.
            released().thenRun(() -> owner.execute(again));
            return;
        }
        long nowNanos = clock.getAsLong();
        Running running = current;
        if (running != null && running.unanswered) {
            // Never more than one renewal on its way: one that waits in the pipe is carried out too late.
            if (nowNanos - running.writtenNanos < lifetime.toNanos() / 4) {
                return;
            }
            complain("The process that keeps the virtual IP does not answer: starting another");
            abandon(running);
            running = null;
        }
        try {
            if (running == null) {
                running = start();
            }
            running.unanswered = true;
            running.writtenNanos = nowNanos;
            running.child.write(renewal);
        } catch (IOException e) {
            complain("Virtual IP not renewed: " + e.getMessage());
        }
    }

    /** Has the addresses deleted. Returns at once; {@link #released()} tells when it is done. */
    void release() {
        Running running = current;
        if (running == null) {
            return;
        }
        current = null;
        running.child.closeInput();
        CompletableFuture<Void> gone = running.ended
                .copy()
                .orTimeout(RELEASE_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(late -> killed(running));
        released = CompletableFuture.allOf(released, gone);
    }

    /** Complete if no address is here; otherwise completes when the last is gone, after a {@link #release()}. */
    CompletionStage<Void> released() {
        return released;
    }

    private Running start() throws IOException {
        long id = ++startedCount;
        CompletableFuture<Void> childEnded = new CompletableFuture<>();
        Child child = processes.start(command, line -> owner.execute(() -> printed(id, line)), () -> {
            childEnded.complete(null);
            owner.execute(() -> ended(id));
        });
        Running running = new Running(id, child, childEnded);
        current = running;
        return running;
    }

    private void printed(long id, String line) {
        Running running = current;
        if (running == null || running.id != id) {
            return;
        }
        running.unanswered = false;
        if (addresses.stream().anyMatch(address -> line.contains(" " + address.cidr() + " "))) {
            confirmed.run();
        } else if (!line.startsWith("Command failed")) {
            complain("Virtual IP: ip says: " + line);
        }
    }

    private void ended(long id) {
        Running running = current;
        if (running == null || running.id != id) {
            return;
        }
        current = null;
        running.child.closeInput();
        complain("The process that keeps the virtual IP ended: starting another");
        again.run();
    }

    /** It is stuck: believe only what the kernel does by itself. */
    private CompletableFuture<Void> killed(Running running) {
        running.child.kill();
        return new CompletableFuture<Void>().completeOnTimeout(null, lifetime.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void abandon(Running running) {
        current = null;
        running.child.kill();
    }

    private void complain(String message) {
        long nowNanos = clock.getAsLong();
        if (nowNanos - loggedNanos >= LOG_EVERY_NANOS) {
            loggedNanos = nowNanos;
            LOG.warn("{}", message);
        }
    }
}
