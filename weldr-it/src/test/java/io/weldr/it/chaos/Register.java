package io.weldr.it.chaos;

import org.jspecify.annotations.Nullable;

/**
 * What one origin does when calls about it are carried out one after the other: the specification that histories are
 * held against.
 */
final class Register {
    /** The value of an origin that is not there, as it is at first. */
    static final String ABSENT = "";

    private Register() {}

    /** The value after {@code operation}; null if it cannot have had its outcome when the value was {@code before}. */
    static @Nullable String after(String before, Operation operation) {
        boolean there = !before.equals(ABSENT);
        return switch (operation.outcome()) {
            case CREATED -> there ? null : operation.value();
            case DIFFERS -> there && !before.equals(operation.value()) ? before : null;
            case WRITTEN -> there ? operation.value() : null;
            case ABSENT -> there ? null : ABSENT;
            case REMOVED -> there && before.equals(operation.seen()) ? ABSENT : null;
            case SEEN -> before.equals(operation.seen()) ? before : null;
            case UNKNOWN ->
                switch (operation.wish()) {
                    case CREATE -> there ? before : operation.value();
                    case SET -> there ? operation.value() : before;
                    case REMOVE -> ABSENT;
                    case READ -> before;
                };
        };
    }
}
