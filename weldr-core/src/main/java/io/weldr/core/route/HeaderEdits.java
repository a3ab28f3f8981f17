package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.pool.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Changes of a message's header section. All of them apply to the message as it came: first {@code remove}, then {@code set}, then {@code add}.
 *
 * @param set fields that replace those of the same name
 * @param add fields that come on top of those of the same name
 * @param remove names, in lower case
 */
public record HeaderEdits(List<HeaderValue> set, List<HeaderValue> add, List<String> remove) {
    /** Changes nothing. */
    public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

    private static final int EDITS_MAX = 32;
    private static final int VALUE_CHARS_MAX = 4096;

    /** What weldr itself decides: framing, the connection, and who it is (RFC 9110 section 7.6, RFC 9112 section 6). */
    private static final Set<String> RESERVED = Set.of(
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "keep-alive",
            "proxy-connection",
            "host",
            "via",
            "x-request-id",
            "expect",
            "max-forwards");

    /** A field. */
    public record HeaderValue(String name, String value) {
        public HeaderValue {
            checkName(name);
            Check.that(
                    value.length() <= VALUE_CHARS_MAX
                            && value.equals(value.strip())
                            && value.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t'),
                    "value of " + name,
                    value,
                    "up to " + VALUE_CHARS_MAX + " visible ASCII characters, spaces and tabs, none at either end");
        }
    }

    public HeaderEdits {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = remove.stream().map(name -> checkName(name)).toList();
        Check.atMost("header edits", set.size() + add.size() + remove.size(), EDITS_MAX);
        Set<String> seen = new HashSet<>();
        set.forEach(field ->
                Check.that(seen.add(field.name().toLowerCase(Locale.ROOT)), "set", field.name(), "each name once"));
        remove.forEach(name -> Check.that(seen.add(name), "remove", name, "each name once, in set or in remove"));
    }

    private static String checkName(String name) {
        String lower = Names.checkToken("header", name).toLowerCase(Locale.ROOT);
        Check.that(!RESERVED.contains(lower), "header", name, "a field that weldr does not write itself");
        return lower;
    }

    public boolean isEmpty() {
        return set.isEmpty() && add.isEmpty() && remove.isEmpty();
    }
}
