package io.weldr.core.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The matches that one host pattern leads to, by path. Each list is in the order of {@link Precedence}. Does not change
 * once it is built.
 */
final class HostIndex {
    private static final CompiledMatch[] NONE = {};

    private final @Nullable ByteTable<CompiledMatch[]> exact;
    private final @Nullable ByteTable<CompiledMatch[]> prefixes;
    private final int prefixBytesMax;
    /** Those for the prefix {@code /}. */
    private final CompiledMatch[] any;

    private final CompiledMatch[] regex;

    private HostIndex(Builder builder) {
        exact = table(builder.exact);
        prefixBytesMax = builder.prefixes.keySet().stream()
                .mapToInt(String::length)
                .max()
                .orElse(0);
        any = builder.any.toArray(NONE);
        prefixes = table(builder.prefixes);
        regex = builder.regex.toArray(NONE);
    }

    private static @Nullable ByteTable<CompiledMatch[]> table(Map<String, List<CompiledMatch>> lists) {
        if (lists.isEmpty()) {
            return null;
        }
        ByteTable<CompiledMatch[]> table = new ByteTable<>(lists.size());
        lists.values().forEach(list -> {
            byte[] key = list.get(0).path();
            table.put(key, Octets.hash(key), list.toArray(NONE));
        });
        return table;
    }

    /** Collects matches, which come in the order of {@link Precedence}. */
    static final class Builder {
        private final Map<String, List<CompiledMatch>> exact = new LinkedHashMap<>();
        private final Map<String, List<CompiledMatch>> prefixes = new LinkedHashMap<>();
        private final List<CompiledMatch> any = new ArrayList<>();
        private final List<CompiledMatch> regex = new ArrayList<>();

        void add(CompiledMatch match) {
            PathMatch path = match.match().path();
            List<CompiledMatch> list = switch (path.kind()) {
                case EXACT -> exact.computeIfAbsent(path.value(), value -> new ArrayList<>(1));
                case PREFIX ->
                    path.equals(PathMatch.ANY)
                            ? any
                            : prefixes.computeIfAbsent(path.value(), value -> new ArrayList<>(1));
                case REGEX -> regex;
            };
            list.add(match);
        }

        HostIndex build() {
            return new HostIndex(this);
        }
    }

    /** The first match that holds, or null. */
    @Nullable CompiledMatch find(RequestView view, PathForm path) {
        CompiledMatch found = null;
        if (!path.isAsterisk()) {
            found = findExact(view, path);
            if (found == null) {
                found = findPrefix(view, path);
            }
        }
        if (found == null) {
            found = first(any, view, path);
        }
        return found != null || regex.length == 0 ? found : findRegex(view, path);
    }

    private @Nullable CompiledMatch findExact(RequestView view, PathForm path) {
        if (exact == null || path.length() > PathMatch.CHARS_MAX) {
            return null;
        }
        return first(exact.get(path.bytes(), path.from(), path.to(), path.hash()), view, path);
    }

    private @Nullable CompiledMatch findPrefix(RequestView view, PathForm path) {
        if (prefixes == null) {
            return null;
        }
        for (int i = path.prefixes() - 1; i >= 0; i--) {
            int length = path.prefixLength(i);
            if (length <= prefixBytesMax) {
                int from = path.from();
                CompiledMatch found =
                        first(prefixes.get(path.bytes(), from, from + length, path.prefixHash(i)), view, path);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable CompiledMatch findRegex(RequestView view, PathForm path) {
        for (CompiledMatch match : regex) {
            // The other conditions are the cheaper ones.
            if (match.holdsForRest(view) && match.holdsForPath(path)) {
                return match;
            }
        }
        return null;
    }

    private static @Nullable CompiledMatch first(CompiledMatch @Nullable [] matches, RequestView view, PathForm path) {
        if (matches != null) {
            for (CompiledMatch match : matches) {
                if (match.mayTake(path) && match.holdsForRest(view)) {
                    return match;
                }
            }
        }
        return null;
    }
}
