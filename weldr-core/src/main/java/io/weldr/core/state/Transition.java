package io.weldr.core.state;

/**
 * What applying a command gives: the next state, which is the same object if nothing changed, and what became of the
 * command.
 */
public record Transition(ClusterState next, Outcome outcome) {}
