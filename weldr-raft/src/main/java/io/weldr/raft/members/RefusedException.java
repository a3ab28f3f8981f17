package io.weldr.raft.members;

import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import java.io.Serial;
import java.util.concurrent.CompletionException;

/** Ends a change before it began. It is an answer, not a mistake, so it carries no stack. */
final class RefusedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Result.Refused result;

    RefusedException(Refusal refusal, String detail) {
        super(detail, null, false, false);
        this.result = new Result.Refused(refusal, detail);
    }

    Result.Refused result() {
        return result;
    }

    /** What a future failed with, without what futures wrap it in. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
