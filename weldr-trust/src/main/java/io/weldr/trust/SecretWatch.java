package io.weldr.trust;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secret of the cluster as its file holds it now. An operator replaces the secret while nodes run: {@link #reload}
 * takes a new one over. A file that cannot be used changes nothing. Thread safe; {@link #get} never blocks.
 */
public final class SecretWatch implements Supplier<ClusterSecret> {
    private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);

    private final Path file;
    private volatile ClusterSecret secret;
    private String trouble = ""; // that was logged last; guarded by this

    private SecretWatch(Path file, ClusterSecret secret) {
        this.file = file;
        this.secret = secret;
    }

    /** Reads the file for the first time. Blocks for as long as the disk takes. */
    public static SecretWatch open(Path file) throws SecretException {
        return new SecretWatch(file, SecretFile.read(file));
    }

    @Override
    public ClusterSecret get() {
        return secret;
    }

    /**
     * Reads the file again, and says in the log what came of it. A trouble that lasts is said once. Blocks for as long
     * as the disk takes.
     *
     * @return whether the secret has changed
     */
    public synchronized boolean reload() {
        ClusterSecret next;
        try {
            next = SecretFile.read(file);
        } catch (SecretException e) {
            String now = String.valueOf(e.getMessage());
            if (!now.equals(trouble)) {
                LOG.warn("{}; the node keeps its present secret, and tries again", now);
            }
            trouble = now;
            return false;
        }
        trouble = "";
        if (next.sameAs(secret)) {
            return false;
        }
        LOG.info("{} was changed: {} in place of {}", file, next, secret);
        secret = next;
        return true;
    }
}
