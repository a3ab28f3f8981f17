package io.weldr.core.port;

import io.weldr.core.state.Outcome;

/** A command that a majority holds on disk and that this node applied, at that index of the log. */
public record Committed(long index, Outcome outcome) {}
