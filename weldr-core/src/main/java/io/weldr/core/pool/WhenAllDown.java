package io.weldr.core.pool;

/** The treatment of requests when no origin of a pool is up. */
public enum WhenAllDown {
    /** Answer 503: nobody waits for something that is known not to work. */
    ANSWER_503,
    /** Use all that are enabled, as if they were up: for those who trust their probes less than their origins. */
    FAIL_OPEN
}
