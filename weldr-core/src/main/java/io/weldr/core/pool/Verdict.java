package io.weldr.core.pool;

import java.time.Instant;

/**
 * The health of an origin, committed by the leader after consecutive probes.
 *
 * @param up whether it may be sent requests
 * @param since when that was decided, by the clock of the leader that did
 * @param reason why, for people; at most {@value #REASON_CHARS_MAX} characters, longer ones are cut
 */
public record Verdict(boolean up, Instant since, String reason) {
    public static final int REASON_CHARS_MAX = 200;

    public Verdict {
        reason = reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX - 1) + "…";
    }
}
