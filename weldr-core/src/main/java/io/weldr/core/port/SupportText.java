package io.weldr.core.port;

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
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            bytes += bytes(character);
            if (bytes > BYTES_MAX) {
                return new SupportText(name, text.substring(0, at), true);
            }
            at += Character.charCount(character);
        }
        return new SupportText(name, text, false);
    }

    /** How many bytes a character takes (RFC 3629 section 3). */
    private static int bytes(int character) {
        return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }
}
