package io.weldr.node;

import io.weldr.core.state.ClusterState;
import io.weldr.node.lifecycle.OfflineNode;

/** Says in words what a state holds. */
final class StateText {
    private StateText() {}

    /** How many of each, in one line. */
    static String counts(ClusterState state) {
        return String.join(
                ", ",
                count(state.pools().size(), "pool"),
                count(state.origins(), "origin"),
                count(state.listeners().size(), "listener"),
                count(state.routes().size(), "route"),
                count(state.certificates().size(), "certificate"),
                count(OfflineNode.keyCount(state), "sealed key"),
                count(state.tokens().size(), "token"),
                count(state.operatorChanges().size() + state.clusterChanges().size(), "change"));
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
