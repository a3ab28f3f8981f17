package io.weldr.core.state;

/**
 * What a node knows besides the state, and goes by when it admits commands as the leader.
 *
 * @param own addresses where no origin may be
 * @param hasSecret whether it has the secret of the cluster
 */
public record NodeRules(OwnAddresses own, boolean hasSecret) {
    /** Of a node that has not said anything about itself yet. */
    public static final NodeRules UNSAID = new NodeRules(OwnAddresses.ANNOUNCED, false);
}
