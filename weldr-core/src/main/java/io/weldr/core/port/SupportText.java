package io.weldr.core.port;

/**
 * A text about a node, for whoever helps its operator. No secret is in it.
 *
 * @param name of the file that it is to be kept in: small letters, digits, dashes and one dot
 * @param cut whether it is not all of it
 */
public record SupportText(String name, String text, boolean cut) {
    /** A member answers with a few of these, in a message of at most 4 MiB. */
    public static final int CHARS_MAX = 512 * 1024;

    /** The text, or its beginning if it is too long. */
    public static SupportText of(String name, String text) {
        boolean tooLong = text.length() > CHARS_MAX;
        return new SupportText(name, tooLong ? text.substring(0, CHARS_MAX) : text, tooLong);
    }
}
