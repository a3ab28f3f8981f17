package io.weldr.api.error;

import java.io.Serial;

/** A {@link Problem} on its way to the edge. It is an answer, not a mistake, so it carries no stack. */
public final class ProblemException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.type().slug() + ": " + problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
