package io.weldr.leader.vip;

import io.weldr.leader.vip.Processes.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the addresses on their interfaces through a child process: {@code ip -batch -}, fed line by line, and a shell
 * around it that deletes the addresses when the input ends. The input ends when this closes it, and when this process
 * dies in whatever way; so letting go and crashing are one and the same path. Not thread safe; confined to the thread
 * of its owner.
 *
 * <p>Before each renewal it looks what the interfaces have. An address that somebody else configured, such as a DHCP
 * client, is neither renewed nor deleted.
 */
final class AddressKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(AddressKeeper.class);

    /**
     * Ignores the signals that a terminal or a service manager sends to the whole group: it has to outlive the node for
     * a moment. Deletes an address only if it has no longer to live than weldr can have given it. Arguments: path of
     * ip, the lifetime in seconds, then address/prefix and interface of each.
     */
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM PIPE
            ip=$1; lifetime=$2; shift 2
            "$ip" -oneline -force -batch -
            while [ $# -ge 2 ]; do
              "$ip" -oneline address show dev "$2" to "${1%/*}" | while read -r line; do
                case $line in *" $1 "*) ;; *) continue ;; esac
                left=${line##*valid_lft }
                if [ "${left%%sec*}" -le "$lifetime" ] 2>/dev/null; then "$ip" address delete "$1" dev "$2"; fi
              done
              shift 2
            done
            """;

    /**
     * What ip says to this tells that all commands before it were carried out. No command that it knows would do:
     * {@code address show} prints nothing if there is no address, and after {@code link show} every {@code address
     * show} in the same batch shows links (iproute2 6.1).
     */
    private static final String LAST_COMMAND = "end-of-commands";

    private static final String LAST_LINE = "Object \"" + LAST_COMMAND + "\" is unknown";

    /** Deleting takes milliseconds; a child that takes longer is stuck, and the kernel's lifetime does its work. */
    static final Duration RELEASE_MAX = Duration.ofSeconds(1);

    private static final long LOG_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private final List<String> command;
    private final List<VirtualIp> addresses;
    private final Duration lifetime;
    private final Processes processes;
    private final Executor owner;
    private final LongSupplier clock;
    private final Runnable confirmed;
    private final Runnable again;
    private final Runnable looked;
    private final String look;

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
        boolean renewing; // what was asked last was a renewal, not a look
        boolean knows; // what the interfaces have: it has looked since the last renewal
        final Set<String> foreign = new HashSet<>(); // addresses that somebody else configured
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
     * @param looked called when a renewal that was asked for can be carried out now, if it is still wanted: nothing
     *     stands in the way
     */
    AddressKeeper(
            VirtualIpSettings settings,
            Programs programs,
            Processes processes,
            Executor owner,
            LongSupplier clock,
            Runnable confirmed,
            Runnable again,
            Runnable looked) {
        this.addresses = settings.addresses();
        this.lifetime = settings.lifetime();
        this.processes = processes;
        this.owner = owner;
        this.clock = clock;
        this.loggedNanos = clock.getAsLong() - LOG_EVERY_NANOS;
        this.confirmed = confirmed;
        this.again = again;
        this.looked = looked;
        this.command = new ArrayList<>(
                List.of(programs.sh(), "-c", SCRIPT, "weldr-vip", programs.ip(), Long.toString(lifetime.toSeconds())));
        for (VirtualIp address : addresses) {
            command.add(address.cidr());
            command.add(address.interfaceName());
        }
        this.look = addresses.stream().map(AddressKeeper::show).collect(Collectors.joining()) + LAST_COMMAND + "\n";
    }

    private static String show(VirtualIp address) {
        return "address show dev " + address.interfaceName() + " to " + address.address() + "\n";
    }

    private String renewal(Set<String> foreign) {
        List<VirtualIp> ours = addresses.stream()
                .filter(address -> !foreign.contains(address.address()))
                .toList();
        return ours.stream().map(this::replace).collect(Collectors.joining())
                + ours.stream().map(AddressKeeper::show).collect(Collectors.joining())
                + LAST_COMMAND + "\n";
    }

    private String replace(VirtualIp address) {
        long seconds = lifetime.toSeconds();
        return "address replace " + address.cidr() + " dev " + address.interfaceName() + " valid_lft " + seconds
                // IPv6: usable at once, and never chosen as the source of what this node sends by itself.
                + " preferred_lft " + (address.isIpv6() ? "0 nodad" : seconds) + "\n";
    }

    /** Adds the addresses, or gives them a new lifetime; after a look, whose result is told by {@code looked}. */
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
            running.renewing = running.knows && nowNanos - running.writtenNanos < lifetime.toNanos() / 4;
            running.knows = false;
            running.unanswered = true;
            running.writtenNanos = nowNanos;
            if (!running.renewing) {
                running.foreign.clear();
            }
            running.child.write(running.renewing ? renewal(running.foreign) : look);
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
        if (line.startsWith(LAST_LINE)) {
            running.unanswered = false;
            if (!running.renewing) {
                running.knows = true;
                looked.run();
            }
            return;
        }
        Shown shown = Shown.parse(line);
        if (shown == null) {
            if (!line.startsWith("Command failed")) {
                complain("Virtual IP: ip says: " + line);
            }
        } else if (!shown.mayBeOurs(lifetime)) {
            running.foreign.add(shown.address());
            complain("Virtual IP " + shown.address() + " is not held: somebody else configured " + shown.cidr() + " on "
                    + shown.interfaceName() + " (expected: left to weldr)");
        } else if (running.renewing
                && addresses.stream().anyMatch(address -> address.cidr().equals(shown.cidr()))) {
            confirmed.run();
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
