package io.weldr.node;

import io.weldr.codec.BackupCodec.Backup;
import io.weldr.codec.BackupCodec.Header;
import io.weldr.core.Check;
import io.weldr.raft.recovery.StoppedNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** {@code weldr backup-info FILE}: what is in a backup file, and whether it is whole. */
final class BackupInfo {
    private BackupInfo() {}

    /**
     * Prints it.
     *
     * @return the exit code
     */
    static int print(String name, PrintStream out, PrintStream err) {
        try {
            Backup backup = read(name);
            head(backup).lines().forEach(out::println);
            names(backup).lines().forEach(out::println);
            out.println("ok");
            return Main.EXIT_OK;
        } catch (IOException e) {
            err.println("weldr: " + e.getMessage());
            return Main.EXIT_FAILED;
        }
    }

    /** @throws IOException with one line that says why the file is no backup that can be used */
    static Backup read(String name) throws IOException {
        try {
            return StoppedNode.backup(Path.of(name));
        } catch (NoSuchFileException e) {
            throw new IOException(Check.quote(name) + ": no such file (expected: a file of weldrctl backup)", e);
        } catch (InvalidPathException e) {
            throw new IOException(Check.quote(name) + ": no path (expected: a file of weldrctl backup)", e);
        }
    }

    /** Where a backup comes from, and how much it holds. */
    static String head(Backup backup) {
        Header header = backup.header();
        return String.join(
                "\n",
                "backup    made " + header.at() + " by node " + header.node() + ", weldr " + header.program(),
                "cluster   " + header.cluster() + ", cluster version " + header.version(),
                "revision  " + header.revision() + ", applied index " + header.index() + ", term " + header.term(),
                "holds     " + StateText.counts(backup.state()));
    }

    private static String names(Backup backup) {
        return String.join(
                "\n",
                "pools     " + join(backup.state().pools().keySet()),
                "listeners " + join(backup.state().listeners().keySet()),
                "routes    " + join(backup.state().routes().keySet()),
                "certs     " + join(backup.state().certificates().keySet()),
                "tokens    " + join(backup.state().tokens().keySet()));
    }

    private static String join(java.util.Collection<?> names) {
        return names.isEmpty() ? "none" : names.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
