package io.weldr.node;

import io.weldr.node.config.NodeConfig;
import io.weldr.node.lifecycle.OfflineNode;
import io.weldr.raft.recovery.Neighbour;
import io.weldr.raft.recovery.StoppedNode;
import io.weldr.raft.recovery.StoppedNode.Founded;
import io.weldr.raft.recovery.StoppedNode.Stored;
import io.weldr.trust.SecretException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code weldr recover --from-data-dir}: has a stopped node go on alone with what its log holds, after the majority of
 * its cluster was lost.
 */
final class RecoverCommand {
    private RecoverCommand() {}

    /** What to do. */
    enum Mode {
        /** Say what would be done. */
        DRY_RUN,
        /** The same, and that {@code --yes} does it. */
        ASK,
        /** Do it. */
        YES
    }

    /**
     * Recovers.
     *
     * @param config of the node that survived
     * @return the exit code
     */
    static int run(NodeConfig config, Mode mode, PrintStream out, PrintStream err) throws SecretException {
        NodeProcess.setUpLog(NodeConfig.LogLevel.WARN);
        try {
            if (!Files.isDirectory(config.dataDir())) {
                throw new IOException(
                        "data folder " + config.dataDir() + " does not exist (expected: that of a member)");
            }
            try (OfflineNode node = OfflineNode.open(config)) {
                return recover(node.folder(), mode, config, out, err);
            }
        } catch (SecretException e) {
            throw e;
        } catch (IOException e) {
            err.println("weldr: " + e.getMessage());
            return Main.EXIT_FAILED;
        }
    }

    private static int recover(StoppedNode folder, Mode mode, NodeConfig config, PrintStream out, PrintStream err)
            throws IOException {
        Stored stored = folder.stored();
        print(stored, config, out);
        List<Neighbour> others = folder.neighbours();
        others.forEach(other -> out.println("other     " + other));
        String obstacle = folder.obstacleToRecover(stored, others);
        if (obstacle != null) {
            throw new IOException(obstacle);
        }
        if (mode != Mode.YES) {
            out.println(
                    "Nothing was changed. Run this on every node that is left, and recover the one whose last entry has the"
                            + " highest term, and of these the highest index.");
            if (mode == Mode.ASK) {
                err.println("weldr: add --yes to make node " + config.id() + " the only member of a new cluster");
                return Main.EXIT_FAILED;
            }
            return Main.EXIT_OK;
        }
        Founded founded = folder.recover(stored);
        out.println("recovered: node " + config.id() + " is the only member of the new cluster " + founded.cluster()
                + "; revisions of new changes start at " + founded.firstRevision());
        out.println("The old log is kept in " + founded.before() + ".");
        out.println("Start this node. Then start the others with empty data folders: they join.");
        return Main.EXIT_OK;
    }

    private static void print(Stored stored, NodeConfig config, PrintStream out) {
        out.println("node      " + config.id() + ", data folder "
                + config.dataDir().toAbsolutePath().normalize());
        out.println("cluster   " + stored.cluster() + ", voters "
                + stored.voters().keySet().stream()
                        .map(voter -> voter.member().value())
                        .collect(Collectors.joining(", ")));
        out.println("entry     term " + stored.term() + ", index " + stored.index() + uncertain(stored));
        out.println("revision  " + stored.state().revision());
        out.println("holds     " + StateText.counts(stored.state()));
        if (stored.damage() != null) {
            out.println("damage    " + stored.damage() + "; later changes may be lost");
        }
    }

    private static String uncertain(Stored stored) {
        return stored.committed() >= stored.index()
                ? ""
                : "; entries after " + stored.committed() + " may not have been acknowledged, and count all the same";
    }
}
