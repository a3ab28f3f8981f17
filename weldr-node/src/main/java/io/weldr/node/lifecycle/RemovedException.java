package io.weldr.node.lifecycle;

import java.io.IOException;
import java.io.Serial;

/** The node does not start, because it was taken out of its cluster. */
public final class RemovedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    RemovedException(String line) {
        super(line);
    }
}
