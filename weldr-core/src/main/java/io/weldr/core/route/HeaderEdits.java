package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Changes of a message's header section. All of them apply to the message as it came: first {@code remove}, then {@code
 * set}, then {@code add}.
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

    /** A field. */
    public record HeaderValue(String name, String value) {
        public HeaderValue {
            Names.checkToken("name", name);
            Check.that(
                    value.length() <= VALUE_CHARS_MAX
                            && value.equals(value.strip())
                            && value.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t'),
                    "value",
                    value,
                    "up to " + VALUE_CHARS_MAX + " visible ASCII characters, spaces and tabs, none at either end");
        }
    }

    public HeaderEdits {
        set = List.copyOf(set);
        add = List.copyOf(add);
        List<String> removed = new ArrayList<>();
        for (String name : remove) {
            removed.add(Names.checkToken("remove[" + removed.size() + "]", name).toLowerCase(Locale.ROOT));
        }
        remove = List.copyOf(removed);
        Check.that(
                set.size() + add.size() + remove.size() <= EDITS_MAX,
                set.isEmpty() ? add.isEmpty() ? "remove" : "add" : "set",
                set.size() + add.size() + remove.size() + " edits",
                "at most " + EDITS_MAX + " in set, add and remove together");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < set.size(); i++) {
            String name = set.get(i).name();
            Check.that(seen.add(name.toLowerCase(Locale.ROOT)), "set[" + i + "].name", name, "each name once");
        }
        for (int i = 0; i < remove.size(); i++) {
            String name = remove.get(i);
            Check.that(seen.add(name), "remove[" + i + "]", name, "each name once, in set or in remove");
        }
    }

    public boolean isEmpty() {
        return set.isEmpty() && add.isEmpty() && remove.isEmpty();
    }
}
