package io.weldr.core.health;

/**
 * The second opinion of one member on an origin.
 *
 * @param result of its probe
 * @param sawUp whether a probe of this member has ever passed, this one or an earlier one of the same generation of the
 *     origin. A member that never reached the origin cannot tell an origin that is down from a network that never let
 *     it through
 */
public record Opinion(ProbeResult result, boolean sawUp) {
    public Opinion {
        sawUp |= result.passed();
    }

    /** Whether it counts: a member that sees the origin up proves something, one that never did proves nothing. */
    public boolean counts() {
        return sawUp;
    }
}
