package io.weldr.it.chaos;

/**
 * One call of a client about one origin. The origin is looked at as a register: absent, or present with a value (the
 * path of its health policy, of which every write has its own).
 *
 * @param wish what was asked for
 * @param value what was to be written; {@link Register#ABSENT} for {@link Wish#REMOVE} and {@link Wish#READ}
 * @param outcome what the answer said
 * @param seen the value that the answer told of, with {@link Outcome#SEEN} and {@link Outcome#REMOVED}
 * @param calledNanos before it was sent, by {@link System#nanoTime}
 * @param returnedNanos after the answer had come; of no meaning for {@link Outcome#UNKNOWN}, which may take effect at
 *     any time later
 * @param client who asked, and through which nodes; for people
 */
record Operation(
        Wish wish, String value, Outcome outcome, String seen, long calledNanos, long returnedNanos, String client) {
    enum Wish {
        /** POST: only where there is none. */
        CREATE,
        /** PUT or PATCH: only where there is one. */
        SET,
        REMOVE,
        READ
    }

    enum Outcome {
        CREATED,
        /** Not created: another one is there. */
        DIFFERS,
        WRITTEN,
        REMOVED,
        /** Not written or removed: there is none. */
        ABSENT,
        SEEN,
        /** Nobody said whether it was done. */
        UNKNOWN
    }

    boolean isKnown() {
        return outcome != Outcome.UNKNOWN;
    }

    @Override
    public String toString() {
        return "%12.3f ms .. %12.3f ms %-22s %-6s %-12s -> %s %s"
                .formatted(calledNanos / 1e6, returnedNanos / 1e6, client, wish, value, outcome, seen);
    }
}
