package io.weldr.core.state;

/**
 * The knowledge of a node, beside the state, by which it admits commands as the leader.
 *
 * @param own addresses where no origin may be
 * @param hasSecret whether it has the secret of the cluster
 */
public record NodeRules(OwnAddresses own, boolean hasSecret) {
    /** Of a node that has not said anything about itself yet. */
    public static final NodeRules UNSAID = new NodeRules(OwnAddresses.ANNOUNCED, false);
}
