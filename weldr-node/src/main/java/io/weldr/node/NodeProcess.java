package io.weldr.node;

import io.weldr.node.config.NodeConfig;
import java.io.PrintStream;

final class NodeProcess {
    private NodeProcess() {}

    static int start(NodeConfig config, PrintStream err) {
        err.println(config);
        return Main.EXIT_OK;
    }
}
