package io.weldr.node;

import io.weldr.codec.BackupCodec.Backup;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.lifecycle.OfflineNode;
import io.weldr.raft.recovery.Neighbour;
import io.weldr.raft.recovery.StoppedNode;
import io.weldr.raft.recovery.StoppedNode.Founded;
import io.weldr.trust.SecretException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** {@code weldr restore FILE}: makes an empty node the first member of a new cluster with the state of a backup. */
final class RestoreCommand {
    private RestoreCommand() {}

    /**
     * Restores.
     *
     * @param config of the node that gets the state
     * @param ignoreKeys restore also if the secret of the node does not open the private keys of the backup
     * @return the exit code
     */
    static int run(NodeConfig config, String file, boolean ignoreKeys, PrintStream out, PrintStream err)
            throws SecretException {
        NodeProcess.setUpLog(NodeConfig.LogLevel.WARN);
        try {
            Backup backup = BackupInfo.read(file);
            BackupInfo.head(backup).lines().forEach(out::println);
            int keys = OfflineNode.keyCount(backup.state());
            if (keys > 0 && !ignoreKeys && !OfflineNode.hasSecret(config)) {
                throw new IOException("the backup has " + keys + " sealed private keys, and this node has no secret"
                        + " (expected: secret-file with the secret of the old cluster; --ignore-keys restores all the"
                        + " same, and these keys have to be sent again)");
            }
            try (OfflineNode node = OfflineNode.open(config)) {
                restore(node, backup, ignoreKeys, config, out);
            }
            return Main.EXIT_OK;
        } catch (SecretException e) {
            throw e;
        } catch (IOException e) {
            err.println("weldr: " + e.getMessage());
            return Main.EXIT_FAILED;
        }
    }

    private static void restore(OfflineNode node, Backup backup, boolean ignoreKeys, NodeConfig config, PrintStream out)
            throws IOException {
        StoppedNode folder = node.folder();
        String found = folder.obstacleToRestore(List.of());
        if (found != null) {
            throw new IOException(found);
        }
        List<String> closed = node.keysThatStaySealed(backup.state());
        if (!closed.isEmpty() && !ignoreKeys) {
            throw new IOException("the secret of this node does not open " + closed.size()
                    + " private keys of the backup: " + closed.get(0)
                    + " (--ignore-keys restores all the same, and these keys have to be sent again)");
        }
        List<Neighbour> others = folder.neighbours();
        others.forEach(other -> out.println("peer      " + other));
        String obstacle = folder.obstacleToRestore(others);
        if (obstacle != null) {
            throw new IOException(obstacle);
        }
        Founded founded = folder.restore(backup);
        if (!closed.isEmpty()) {
            out.println("keys      " + closed.size() + " private keys stay sealed: " + String.join("; ", closed));
        }
        out.println("restored: node " + config.id() + " is the only member of the new cluster " + founded.cluster()
                + "; revisions of new changes start at " + founded.firstRevision());
        out.println("Start this node. Then start the others with empty data folders: they join.");
    }
}
