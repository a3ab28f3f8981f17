package io.weldr.core;

/** The one rule for names that people choose: they stand in URLs, tables, metrics and log lines without quoting. */
public final class Names {
    private static final int TOKEN_CHARS_MAX = 128;

    private Names() {}

    /** Returns {@code name} if it is a token (RFC 9110 section 5.6.2), as names of header fields and cookies are. */
    public static String checkToken(String kind, String name) {
        boolean token = !name.isEmpty() && name.length() <= TOKEN_CHARS_MAX;
        for (int i = 0; token && i < name.length(); i++) {
            token = isTokenChar(name.charAt(i));
        }
        Check.that(token, kind, name, "1 to " + TOKEN_CHARS_MAX + " letters, digits or any of !#$%&'*+-.^_`|~");
        return name;
    }

    private static boolean isTokenChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /**
     * Returns {@code name} if it is a name of 1 to 64 letters, digits, {@code -}, {@code _} or {@code .} that can stand
     * in a path: clients take {@code .} and {@code ..} out of it before they send it (RFC 3986 section 5.2.4).
     */
    public static String checkInPath(String kind, String name) {
        Check.that(!name.equals(".") && !name.equals(".."), kind, name, "a name that can stand in a path");
        return check(kind, name, "-_.", 64);
    }

    /** Returns {@code name} if it has 1 to {@code charsMax} letters, digits or characters of {@code punctuation}. */
    public static String check(String kind, String name, String punctuation, int charsMax) {
        boolean plain = !name.isEmpty() && name.length() <= charsMax;
        for (int i = 0; plain && i < name.length(); i++) {
            char c = name.charAt(i);
            plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || punctuation.indexOf(c) >= 0;
        }
        Check.that(plain, kind, name, "1 to " + charsMax + " letters, digits or any of " + punctuation);
        return name;
    }
}
