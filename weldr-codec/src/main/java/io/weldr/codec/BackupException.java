package io.weldr.codec;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A file cannot be used as a backup. The message says in one line what is wrong with it. */
public final class BackupException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    BackupException(String message) {
        super(message);
    }

    BackupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
