package io.weldr.leader.vip;

import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the hooks one at a time. A change of role while one runs is remembered, only the latest, and its hook runs next:
 * what ran last always tells the role that the node has. Not thread safe; confined to the thread of its owner.
 */
final class HookRunner {
    private static final Logger LOG = LoggerFactory.getLogger(HookRunner.class);

    private final Hooks hooks;
    private final MemberId self;
    private final String addresses;
    private final Processes processes;
    private final Executor owner;

    private record Turn(boolean active, long term) {
        String role() {
            return active ? "active" : "passive";
        }
    }

    private @Nullable Turn running;
    private @Nullable Turn next;
    private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);
    private final AtomicLong failures = new AtomicLong();

    HookRunner(VirtualIpSettings settings, MemberId self, Processes processes, Executor owner) {
        this.hooks = settings.hooks();
        this.self = self;
        this.addresses = settings.addresses().stream()
                .map(address -> address.cidr() + "@" + address.interfaceName())
                .collect(Collectors.joining(" "));
        this.processes = processes;
        this.owner = owner;
    }

    /** The role is this from now on. Returns at once. */
    void turn(boolean active, long term) {
        Turn turn = new Turn(active, term);
        if (running != null) {
            next = turn;
        } else {
            idle = new CompletableFuture<>();
            run(turn);
        }
    }

    /** Completes, on the owner's thread, when no hook runs or waits. */
    CompletionStage<Void> idle() {
        return idle;
    }

    /** Runs that failed or took too long. Any thread. */
    long failures() {
        return failures.get();
    }

    private void run(Turn turn) {
        String line = turn.active() ? hooks.onActive() : hooks.onPassive();
        if (line == null) {
            running = null;
            idle.complete(null);
            return;
        }
        running = turn;
        Map<String, String> environment = Map.of(
                "WELDR_ROLE", turn.role(),
                "WELDR_TERM", Long.toString(turn.term()),
                "WELDR_MEMBER", self.value(),
                "WELDR_VIRTUAL_IPS", addresses);
        processes
                .run(List.of("/bin/sh", "-c", line), environment, hooks.timeout())
                .thenAccept(finished -> owner.execute(() -> ended(turn, finished)));
    }

    private void ended(Turn turn, Processes.Finished finished) {
        if (finished.succeeded()) {
            LOG.info("Hook for {}, term {}: done", turn.role(), turn.term());
        } else {
            failures.incrementAndGet();
            LOG.error("Hook for {}, term {}, failed: {}", turn.role(), turn.term(), finished.oneLine());
        }
        Turn following = next;
        next = null;
        running = null;
        if (following == null) {
            idle.complete(null);
        } else {
            run(following);
        }
    }
}
