package io.weldr.core.state;

/** The result of applying a command: the next state, which is the same object if nothing changed, and the outcome. */
public record Transition(ClusterState next, Outcome outcome) {}
