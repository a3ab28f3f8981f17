package io.weldr.cli;

/** Options that say something of a resource. picocli reads the annotations of the class that implements this. */
interface ResourceOptions {
    /** Puts what was given into the draft. */
    void into(Draft draft);
}
