package io.weldr.node;

import io.weldr.core.Check;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.lifecycle.NodeSecret;
import io.weldr.trust.SecretException;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says in words what a configuration means. */
final class Describe {
    private Describe() {}

    /** @throws SecretException the file of the secret cannot be used */
    static String config(NodeConfig config) throws SecretException {
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
                "secret    " + NodeSecret.describe(config),
                "vip       " + virtualIp(config.virtualIp()),
                "ok");
    }

    private static String cluster(NodeConfig config) {
        NodeConfig.Join join = config.join();
        if (join != null) {
            String as = config.joinsAsLearner() ? " as a learner" : "";
            return join.admin() == null
                    ? ", waits until an operator adds it" + as
                    : ", joins the cluster of the member at " + join.admin() + as;
        }
        return config.peers().isEmpty() ? ", a cluster of one" : ", one of " + config.peers();
    }

    private static String virtualIp(VirtualIpSettings virtualIp) {
        return virtualIp.addresses().isEmpty()
                ? "none"
                : virtualIp.addresses().stream().map(VirtualIp::toString).collect(Collectors.joining(", "))
                        + ", lifetime " + Check.text(virtualIp.lifetime()) + ", on loss of the quorum "
                        + virtualIp.quorumLoss().name().toLowerCase(Locale.ROOT);
    }
}
