package io.weldr.trust;

import java.io.IOException;
import java.io.Serial;

/**
 * A secret file cannot be used. The message is one line that names the file, what was found and what was expected. It
 * never shows what the file holds.
 */
public final class SecretException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    SecretException(String message) {
        super(message);
    }

    SecretException(String message, Throwable cause) {
        super(message, cause);
    }
}
