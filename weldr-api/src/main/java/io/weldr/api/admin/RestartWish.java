package io.weldr.api.admin;

import io.weldr.core.Check;
import io.weldr.core.state.Attribution;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request to restart a member.
 *
 * @param startedAt refuse unless the process of the member started then; null: whenever it started
 * @param ifSafe refuse unless the cluster goes on without the member
 * @param by who asks for it, and why, for the log of the member
 */
public record RestartWish(@Nullable Instant startedAt, boolean ifSafe, String by) {
    /** More than an actor, an address and a reason take. */
    private static final int BY_CHARS_MAX = 1024;

    public RestartWish {
        Check.atMost("characters of the actor", by.length(), BY_CHARS_MAX);
    }

    /** Of that author, for the log. */
    public static String by(Attribution author) {
        return author.actor()
                + (author.address() == null ? "" : " from " + author.address())
                + (author.reason() == null ? "" : ": " + author.reason());
    }
}
