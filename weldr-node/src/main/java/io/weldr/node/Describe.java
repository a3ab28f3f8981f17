package io.weldr.node;

import io.weldr.core.Check;
import io.weldr.node.config.NodeConfig;

/** Says in words what a configuration means. */
final class Describe {
    private Describe() {}

    static String config(NodeConfig config) {
        return String.join(
                System.lineSeparator(),
                "node      " + config.id() + cluster(config),
                config.witness()
                        ? "proxy     none: a witness"
                        : "proxy     " + config.proxyAddress() + ", " + config.workers() + " workers, transport "
                                + config.transport(),
                "admin     http " + config.adminAddress() + ", grpc " + config.grpcAddress(),
                "raft      " + config.raftAddress() + ", election timeout " + Check.text(config.electionTimeoutMin())
                        + " to " + Check.text(config.electionTimeoutMax()),
                "data      " + config.dataDir().toAbsolutePath().normalize(),
                "ok");
    }

    private static String cluster(NodeConfig config) {
        NodeConfig.Join join = config.join();
        if (join != null) {
            return join.admin() == null
                    ? ", waits until a member takes it in"
                    : ", joins the cluster of the member at " + join.admin();
        }
        return config.peers().isEmpty() ? ", a cluster of one" : ", one of " + config.peers();
    }
}
