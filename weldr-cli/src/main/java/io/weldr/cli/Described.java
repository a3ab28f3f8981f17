package io.weldr.cli;

/** A command whose description depends on more than its class. */
interface Described {
    /** One sentence. */
    String description();
}
