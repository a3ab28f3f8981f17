package io.weldr.cli;

import java.io.Serial;

/**
 * Nobody reads standard output any more. The command ends without a word, as other programs do, and not with success.
 */
final class ReaderGoneException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    ReaderGoneException() {
        super("nobody reads standard output any more", null, false, false);
    }
}
