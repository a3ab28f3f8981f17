package io.weldr.core.port;

import java.nio.charset.StandardCharsets;

/**
 * A text about a node, for whoever helps its operator. No secret is in it.
 *
 * @param name of the file that it is to be kept in: small letters, digits, dashes and one dot
 * @param cut whether it is not all of it
 */
public record SupportText(String name, String text, boolean cut) {
    /** In UTF-8. A member answers with five of these, in a message of at most 4 MiB. */
    public static final int BYTES_MAX = 512 * 1024;

    /** The text, or its beginning if it is too long. */
    public static SupportText of(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= BYTES_MAX) {
            return new SupportText(name, text, false);
        }
        int end = BYTES_MAX;
        while ((bytes[end] & 0xc0) == 0x80) { // within a character (RFC 3629 section 3)
            end--;
        }
        return new SupportText(name, new String(bytes, 0, end, StandardCharsets.UTF_8), true);
    }
}
