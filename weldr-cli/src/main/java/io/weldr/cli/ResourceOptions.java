package io.weldr.cli;

import java.util.Map;

/** Options that say something of a resource. picocli reads the annotations of the class that implements this. */
interface ResourceOptions {
    /** Puts what was given into the draft. */
    void into(Draft draft);

    /**
     * Whether the draft would replace something of a resource that the user may not have meant; see {@link
     * #checkLosses}.
     */
    default boolean replaces(Draft draft) {
        return false;
    }

    /** Throws if what the options say would take away from the resource what they do not speak of. */
    default void checkLosses(Map<String, Object> before) {}
}
