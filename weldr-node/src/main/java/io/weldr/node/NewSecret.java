package io.weldr.node;

import io.weldr.core.Check;
import io.weldr.trust.ClusterSecret;
import io.weldr.trust.SecretException;
import io.weldr.trust.SecretFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;

/** {@code weldr secret FILE}: makes the secret of a cluster, where there is no openssl. */
final class NewSecret {
    private static final String COMMENT = "The secret of a weldr cluster. All members have the same (secret-file).";

    private NewSecret() {}

    /**
     * Makes the file, unless it holds a secret. Several calls at once make one file.
     *
     * @return the exit code
     */
    static int make(String name, PrintStream out, PrintStream err) {
        try {
            Path file = Path.of(name);
            Path folder = file.toAbsolutePath().getParent();
            if (name.isBlank() || folder == null || !Files.isDirectory(folder)) {
                return refused(err, Check.quote(name) + " (expected: a file in a folder that exists)");
            }
            boolean made = SecretFile.make(file, COMMENT, new SecureRandom());
            ClusterSecret secret = SecretFile.read(file);
            out.println(file + ": " + (made ? "made a " : "unchanged, it holds a ") + secret);
            return Main.EXIT_OK;
        } catch (SecretException | InvalidPathException e) {
            return refused(err, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            err.println("weldr: " + Check.quote(name) + ": the file cannot be written: " + e);
            return Main.EXIT_FAILED;
        }
    }

    private static int refused(PrintStream err, String why) {
        err.println("weldr: " + why);
        return Main.EXIT_USAGE;
    }
}
