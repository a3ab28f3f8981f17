package io.weldr.node.lifecycle;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.state.ClusterState;
import io.weldr.node.config.NodeConfig;
import io.weldr.raft.recovery.StoppedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * A node that does not run, as its configuration describes it: its secret and its data folder. Confined to one thread;
 * every method may block for some seconds.
 */
public final class OfflineNode implements AutoCloseable {
    private final NodeSecret secret;
    private final StoppedNode node;

    private OfflineNode(NodeSecret secret, StoppedNode node) {
        this.secret = secret;
        this.node = node;
    }

    /**
     * Opens the folder of a node, creating it if need be. A node that would make its own secret at its first start makes
     * it now.
     *
     * @throws IOException with one line that says what is wrong, such as that the node runs
     */
    public static OfflineNode open(NodeConfig config) throws IOException {
        NodeSecret secret = new NodeSecret(config);
        secret.open(() -> {});
        try {
            return new OfflineNode(secret, StoppedNode.open(ConsensusSettings.of(config, secret), secret::members));
        } catch (IOException | RuntimeException e) {
            secret.close();
            throw e;
        }
    }

    /** Whether that configuration has a secret already. */
    public static boolean hasSecret(NodeConfig config) {
        return config.secretFile() != null || Files.exists(NodeSecret.own(config));
    }

    /** Its data folder. */
    public StoppedNode folder() {
        return node;
    }

    /** The keys of that state that the secret of this node does not open, for people. */
    public List<String> keysThatStaySealed(ClusterState state) {
        List<String> closed = new ArrayList<>();
        keys(state).forEach(key -> {
            try {
                secret.open(key.owner(), key.sealed());
            } catch (IllegalArgumentException | IllegalStateException e) {
                closed.add(String.valueOf(e.getMessage()));
            }
        });
        return closed;
    }

    /** How many keys of that state are sealed by the secret of the cluster. */
    public static int keyCount(ClusterState state) {
        return keys(state).size();
    }

    private record Key(KeyOwner owner, Sealed sealed) {}

    private static List<Key> keys(ClusterState state) {
        List<Key> keys = new ArrayList<>();
        for (Certificate each : state.certificates().values()) {
            IssuedChain issued = each.issued();
            if (issued != null) {
                keys.add(new Key(KeyOwner.of(each.name()), issued.key()));
            }
            AcmeOrder order = each.order();
            Sealed ordered = order == null ? null : order.key();
            if (ordered != null) {
                keys.add(new Key(KeyOwner.of(each.name()), ordered));
            }
            AcmeSettings acme = each.acme();
            if (acme != null && acme.externalAccount() != null) {
                keys.add(new Key(
                        KeyOwner.externalAccount(each.name()),
                        acme.externalAccount().key()));
            }
        }
        for (AcmeAccount account : state.accounts().values()) {
            keys.add(new Key(KeyOwner.account(account.directory()), account.key()));
        }
        return keys;
    }

    @Override
    public void close() throws IOException {
        secret.close();
        node.close();
    }
}
