package io.weldr.node.lifecycle;

import io.weldr.core.port.ClusterStatus;
import java.util.List;

/**
 * The state of a node at one moment, for its service manager.
 *
 * @param started whether {@link Node#start} has started every part: what is still missing now comes from the other
 *     members
 * @param unready why clients are not to be sent here, as {@code /readyz} has it; empty if the node is ready
 * @param status how the node sees its cluster
 * @param connectionsOpen client connections of the proxy
 */
public record NodeReport(boolean started, List<String> unready, ClusterStatus status, int connectionsOpen) {
    public NodeReport {
        unready = List.copyOf(unready);
    }
}
