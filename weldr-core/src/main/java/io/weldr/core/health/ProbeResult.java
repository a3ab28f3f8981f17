package io.weldr.core.health;

/**
 * The result of one probe.
 *
 * @param reason for people, and the reason of a verdict that turns on it: {@code status 503 (expected 200-299)}
 */
public record ProbeResult(boolean passed, String reason) {
    public static ProbeResult failed(String reason) {
        return new ProbeResult(false, reason);
    }
}
