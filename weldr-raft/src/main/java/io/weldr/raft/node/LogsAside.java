package io.weldr.raft.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The logs that could not be used, in the data folder: the latest first, and numbered from there. They are for whoever
 * looks for the cause, and until the node is a member again, for whoever needs what no other member has.
 */
record LogsAside(Path folder) {
    private static final String NAME = "log.damaged";

    /** A file that is there while a log is on its way here: the process may die meanwhile. */
    private static final String BEGUN = "log.damaged.begun";

    /** A member needs none. */
    static final int KEPT = 3;

    /** More would fill the disk of a node whose log is damaged again and again before it is a member. */
    static final int MAX = 8;

    /**
     * Makes room for one more, as the latest.
     *
     * @throws IOException also if there are {@value #MAX} already
     */
    void makeRoom() throws IOException {
        int copies = 0;
        while (Files.exists(place(copies))) {
            copies++;
        }
        if (copies >= MAX) {
            throw new IOException("there are " + copies + " damaged logs in " + folder + " already, " + place(0)
                    + " and others (expected: fewer than " + MAX
                    + "; once you know why the log is damaged again and again, move them away)");
        }
        for (int older = copies; older > 0; older--) {
            Files.move(place(older - 1), place(older));
        }
    }

    /** From now on {@link #resume} moves a log here, if the process dies before {@link #take} has. */
    void begin() throws IOException {
        Folders.write(folder, BEGUN, new Properties(), "A log is being set aside. Written by weldr.");
    }

    /**
     * Moves a log here, as the latest.
     *
     * @return where it is now
     */
    Path take(Path log) throws IOException {
        Path moved = Files.move(log, place(0));
        Folders.sync(folder);
        Files.delete(folder.resolve(BEGUN));
        return moved;
    }

    /**
     * Ends what the process did not: a log that no vote depends on any more is moved here, another one stays.
     *
     * @param log null: that of a member, which had not given its vote up yet
     */
    void resume(@Nullable Path log) throws IOException {
        if (Files.exists(folder.resolve(BEGUN))) {
            if (log != null && Files.exists(log)) {
                take(log);
            } else {
                Files.delete(folder.resolve(BEGUN));
            }
        }
    }

    /** Removes all but the last {@value #KEPT}. */
    void forget() throws IOException {
        for (int older = KEPT; older < MAX; older++) {
            Folders.remove(place(older));
        }
    }

    private Path place(int older) {
        return folder.resolve(older == 0 ? NAME : NAME + "." + older);
    }
}
