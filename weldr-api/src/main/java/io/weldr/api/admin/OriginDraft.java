package io.weldr.api.admin;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of an origin. Null: not said.
 *
 * @param drainDeadline there exactly if {@code admin} is draining
 * @param inheritHealth it says that the pool's policy shall hold; not together with {@code health}
 */
public record OriginDraft(
        @Nullable OriginUrl url,
        @Nullable OriginId id,
        @Nullable Integer weight,
        @Nullable AdminState admin,
        @Nullable Instant drainDeadline,
        @Nullable HostPolicy host,
        @Nullable HealthDraft health,
        boolean inheritHealth) {}
