package io.weldr.wire.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON Merge Patch (RFC 7396). */
public final class MergePatch {
    private MergePatch() {}

    /**
     * The target with the members of the patch: null takes a member away, an object changes a part of one, all else
     * replaces it.
     */
    public static Map<String, Object> apply(@Nullable Object target, Map<?, ?> patch) {
        Map<String, Object> merged = new LinkedHashMap<>();
        if (target instanceof Map<?, ?> members) {
            members.forEach((name, value) -> merged.put(String.valueOf(name), value));
        }
        patch.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (value == null) {
                merged.remove(name);
            } else {
                merged.put(name, value instanceof Map<?, ?> inner ? apply(merged.get(name), inner) : value);
            }
        });
        return merged;
    }
}
