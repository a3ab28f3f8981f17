package io.weldr.cli;

import io.weldr.api.testkit.TestCluster;
import io.weldr.api.testkit.TestNode;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What stories of weldrctl share: a cluster of three nodes, and commands that know all of them. */
abstract class CommandsOnCluster {
    TestCluster cluster;
    String endpoints;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        endpoints = cluster.nodes().stream().map(TestNode::endpoint).collect(Collectors.joining(","));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    Run run(String... args) {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--endpoint";
        all[args.length + 1] = endpoints;
        return Run.of(all);
    }
}
