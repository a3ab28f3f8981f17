package io.weldr.core.state;

import io.weldr.core.Words;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells people what differs between two values of a record, for the history. Names are those of the components. */
final class Differences {
    private static final int VALUE_CHARS_MAX = 60;
    private static final int LINE_CHARS_MAX = 400;
    private static final String UNSET = "unset";

    private Differences() {}

    /** {@code balancing.algorithm round-robin -> hash, slowStart 0s -> 30s}; empty if nothing differs. */
    static String between(Record before, Record after) {
        List<String> changes = new ArrayList<>();
        collect("", before, after, changes);
        String line = String.join(", ", changes);
        return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX) + "…";
    }

    private static void collect(String path, Record before, Record after, List<String> changes) {
        for (RecordComponent component : before.getClass().getRecordComponents()) {
            Object then = value(component, before);
            Object now = value(component, after);
            String name = path + component.getName();
            if (Objects.equals(then, now)) {
                continue;
            }
            if (then instanceof Record one
                    && now instanceof Record other
                    && one.getClass().equals(other.getClass())
                    && one.getClass().getRecordComponents().length > 1) {
                collect(name + ".", one, other, changes);
            } else {
                changes.add(name + " " + text(then) + " -> " + text(now));
            }
        }
    }

    private static @Nullable Object value(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // public accessors of public records
        }
    }

    private static String text(@Nullable Object value) {
        String text = words(value);
        return text.length() <= VALUE_CHARS_MAX ? text : text.substring(0, VALUE_CHARS_MAX) + "…";
    }

    private static String words(@Nullable Object value) {
        if (value == null) {
            return UNSET;
        }
        if (value instanceof Enum<?> constant) {
            return Words.of(constant);
        }
        if (value instanceof Duration duration) {
            return Words.of(duration);
        }
        if (value instanceof Collection<?> all) {
            return all.isEmpty() ? "none" : all.stream().map(Differences::words).collect(Collectors.joining("; "));
        }
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty()
                    ? "none"
                    : map.entrySet().stream()
                            .map(entry -> entry.getKey() + ": " + words(entry.getValue()))
                            .collect(Collectors.joining("; "));
        }
        if (value instanceof String text && text.indexOf('\n') >= 0) {
            return "text of " + text.length()
                    + " characters"; // PEM, for example: the history has one line for a change
        }
        return value instanceof Record of ? words(of) : value.toString();
    }

    /** A record that has words of its own says them; another one its components. */
    private static String words(Record of) {
        String own = of.toString();
        if (!own.startsWith(of.getClass().getSimpleName() + "[")) {
            return own;
        }
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : of.getClass().getRecordComponents()) {
            Object part = value(component, of);
            if (part != null && !(part instanceof Collection<?> all && all.isEmpty())) {
                parts.add(component.getName() + " " + words(part));
            }
        }
        return String.join(" ", parts);
    }
}
