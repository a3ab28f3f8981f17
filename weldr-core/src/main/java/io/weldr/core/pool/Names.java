package io.weldr.core.pool;

import io.weldr.core.Check;

/** The one rule for names that people choose: they stand in URLs, tables, metrics and log lines without quoting. */
final class Names {
    private Names() {}

    static String check(String kind, String name, String punctuation, int charsMax) {
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
