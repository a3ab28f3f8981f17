package io.weldr.api.auth;

import io.weldr.core.state.Actor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The audit log: a line for each change and each refused request. Any thread; never blocks; never throws. */
@FunctionalInterface
public interface AuditLog {
    /** No lines. */
    AuditLog NONE = entry -> {};

    /** Keeps the entry. */
    void add(Entry entry);

    /**
     * A request that changes something or was refused, and what it was answered. Nothing of a credential or a body is
     * in it.
     *
     * @param actor null: nobody knows who sent it
     * @param address of the client; null: unknown
     * @param wire {@code http} or {@code grpc}
     * @param action the method and path, or the name of the call
     * @param subject what a call names; empty: nothing
     * @param status the status code of HTTP, or the name of the status code of gRPC
     * @param refused whether who sent it is the reason that it was refused
     * @param reason what the client said; null: nothing
     */
    record Entry(
            Instant at,
            @Nullable Actor actor,
            @Nullable String address,
            String wire,
            String action,
            String subject,
            String status,
            boolean refused,
            @Nullable String reason) {}
}
