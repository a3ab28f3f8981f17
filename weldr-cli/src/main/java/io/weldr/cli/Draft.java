package io.weldr.cli;

import com.google.protobuf.FieldMask;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the options of a command say of a resource: members as in JSON, and which of them were said. Confined to one
 * thread.
 */
final class Draft {
    private final Map<String, Object> tree = new LinkedHashMap<>();
    private final Set<String> paths = new LinkedHashSet<>();

    /** Says a member, such as {@code limits.queueMax}; null: the option was not given. */
    void put(String path, @Nullable Object value) {
        if (value == null) {
            return;
        }
        paths.add(path);
        Map<String, Object> within = tree;
        String rest = path;
        for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
            within = inner(within, rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        within.put(rest, value);
    }

    @SuppressWarnings("unchecked") // made here
    private static Map<String, Object> inner(Map<String, Object> within, String name) {
        return (Map<String, Object>) within.computeIfAbsent(name, missing -> new LinkedHashMap<String, Object>());
    }

    /** Says a duration, as the option has it. */
    void putTime(String path, String option, @Nullable String text) {
        put(path, text == null ? null : Values.text(Values.parseDuration(option, text)));
    }

    /** Says that a member gets its default. */
    void unset(String path) {
        paths.add(path);
    }

    /** Whether it says that member. */
    boolean says(String path) {
        return paths.contains(path);
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    /** The members, as JSON has them. */
    Map<String, Object> tree() {
        return tree;
    }

    /** The members that were said, by the names of the message. */
    FieldMask mask() {
        FieldMask.Builder mask = FieldMask.newBuilder();
        paths.forEach(path -> mask.addPaths(snake(path)));
        return mask.build();
    }

    private static String snake(String path) {
        return path.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
