package io.weldr.proxy.http;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Names of fields that only weldr may write, such as who the client is by its certificate. A name with an underscore in
 * place of a hyphen is the same name: CGI and its heirs take both for one. Immutable; no allocation a request.
 */
public final class FieldNames {
    public static final FieldNames NONE = new FieldNames(List.of());

    private final byte[][] names; // lower case
    private final long lengths; // bit n: a name has n octets; bit 63: or more

    private FieldNames(Collection<String> all) {
        names = all.stream().map(Octets::ascii).toArray(byte[][]::new);
        long mask = 0;
        for (byte[] name : names) {
            mask |= lengthBit(name.length);
        }
        lengths = mask;
    }

    /** These names, in any case. */
    public static FieldNames of(Collection<String> names) {
        TreeSet<String> lower = new TreeSet<>();
        names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
        return lower.isEmpty() ? NONE : new FieldNames(lower);
    }

    private static long lengthBit(int length) {
        return 1L << Math.min(63, length);
    }

    public boolean isEmpty() {
        return lengths == 0;
    }

    /** Whether {@code bytes[from, to)}, which are token octets, is one of them. */
    public boolean has(byte[] bytes, int from, int to) {
        if ((lengths & lengthBit(to - from)) == 0) {
            return false;
        }
        for (byte[] name : names) {
            if (same(bytes, from, to, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (fold(bytes[from + i]) != fold(lower[i])) {
                return false;
            }
        }
        return true;
    }

    private static int fold(byte octet) {
        return octet == '_' ? '-' : octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }
}
