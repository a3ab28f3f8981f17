package io.weldr.api.admin;

import java.time.Duration;
import java.time.Instant;

/**
 * How far the clock of another member is ahead of the clock of this node (RFC 5905 section 8).
 *
 * @param ahead negative: it is behind
 * @param error how far {@code ahead} may be from the truth: half of the time that question and answer were on their way,
 *     and the millisecond that the clocks are read to
 */
public record ClockOffset(Duration ahead, Duration error) {
    private static final Duration TICK = Duration.ofMillis(1);

    static final ClockOffset OWN = new ClockOffset(Duration.ZERO, Duration.ZERO);

    /**
     * Of one question and its answer.
     *
     * @param asked when it was asked, by the clock of this node
     * @param took from the question to the answer, by a clock that does not jump
     */
    static ClockOffset of(Instant asked, Duration took, Instant receivedThere, Instant answeredThere) {
        Instant answered = asked.plus(took);
        Duration there = Duration.between(asked, receivedThere);
        Duration back = Duration.between(answered, answeredThere);
        Duration way = took.minus(Duration.between(receivedThere, answeredThere));
        return new ClockOffset(
                there.plus(back).dividedBy(2),
                way.isNegative() ? TICK : way.dividedBy(2).plus(TICK));
    }

    /** Whether the clocks are surely farther apart than that. */
    boolean surelyExceeds(Duration limit) {
        return ahead.abs().minus(error).compareTo(limit) > 0;
    }
}
