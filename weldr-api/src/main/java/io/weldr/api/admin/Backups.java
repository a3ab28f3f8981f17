package io.weldr.api.admin;

import io.weldr.core.port.Backup;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Backups of the state. Any thread; never blocks. A file is made for each request, on two threads at most. */
public final class Backups {
    private final Admin admin;
    private final AdminPorts ports;
    private final String version;
    private final Executor threads = AnswerThreads.pool("weldr-backup");

    /** @param version of this program */
    public Backups(Admin admin, AdminPorts ports, String version) {
        this.admin = admin;
        this.ports = ports;
        this.version = version;
    }

    /**
     * A backup, and the age of its state if it may be stale.
     *
     * @param age of a stale read: the time since this node heard a leader; null: never, or the read was linearizable
     */
    public record Taken(Backup backup, @Nullable Duration age) {}

    /**
     * The state, with every change that was acknowledged before if the consistency is linearizable.
     *
     * @return fails with {@link io.weldr.core.port.GatewayException} if there is no leader, or no state yet
     */
    public CompletionStage<Taken> take(Consistency consistency) {
        return admin.read(consistency)
                .thenApplyAsync(
                        view -> new Taken(ports.backups().backup(ports.clock().instant(), version), view.age()),
                        threads);
    }
}
