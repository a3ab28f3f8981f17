package io.weldr.node.config;

import java.io.Serial;

/**
 * The configuration cannot be used. The message is one line that names the source, the key, what was found and what was
 * expected.
 */
public final class ConfigException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
