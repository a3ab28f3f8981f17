package io.weldr.core.state;

/** A precondition of a write. */
public sealed interface Condition {
    /** Nothing: it is created, or replaces the one of its name. */
    Condition NONE = new None();

    /** There is none of its name, or one that says the same: then nothing changes. */
    Condition ABSENT_OR_SAME = new AbsentOrSame();

    /** There is none of its name. */
    Condition ABSENT = new Absent();

    /** There is one of its name. */
    Condition PRESENT = new Present();

    /** Nothing has to hold. */
    record None() implements Condition {}

    /** None of its name, or one that says the same. */
    record AbsentOrSame() implements Condition {}

    /** None of its name. */
    record Absent() implements Condition {}

    /** One of its name. */
    record Present() implements Condition {}

    /** There is one, and its last change is at that revision. */
    record At(long revision) implements Condition {}
}
