package io.weldr.raft.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The logs that could not be used, in the data folder: the latest first, and numbered from there. They are for whoever
 * looks for the cause, and until the node is a member again, for whoever needs what no other member has.
 */
record LogsAside(Path folder) {
    private static final String NAME = "log.damaged";

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

    /**
     * Moves a log here, as the latest.
     *
     * @return where it is now
     */
    Path take(Path log) throws IOException {
        return Files.move(log, place(0));
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
