package io.weldr.core.route;

import com.google.re2j.Pattern;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link ValueMatch}, compiled. Comparing with an expression allocates; comparing with a text does not. */
final class ValueCondition {
    private final ValueMatch match;
    private final byte[] name;
    private final byte[] exact;
    private final @Nullable Pattern pattern;

    private ValueCondition(ValueMatch match) {
        this.match = match;
        name = Octets.utf8(match.name());
        exact = Octets.utf8(match.value());
        pattern = match.kind() == ValueMatch.Kind.REGEX ? Patterns.compile(match.value()) : null;
    }

    static ValueCondition[] compile(List<ValueMatch> matches) {
        return matches.stream().map(ValueCondition::new).toArray(ValueCondition[]::new);
    }

    ValueMatch match() {
        return match;
    }

    boolean holdsForHeader(RequestView view) {
        if (pattern != null) {
            String value = headerText(view);
            return value != null && pattern.matches(value);
        }
        int line = view.find(name, 0);
        int at = 0;
        while (line >= 0) {
            int from = view.valueStart(line);
            int to = view.valueEnd(line);
            int next = at + (to - from);
            if (next > exact.length || !Arrays.equals(view.bytes(), from, to, exact, at, next)) {
                return false;
            }
            at = next;
            line = view.find(name, line + 1);
            if (line < 0) {
                return at == exact.length;
            }
            if (at + 2 > exact.length || exact[at] != ',' || exact[at + 1] != ' ') {
                return false;
            }
            at += 2;
        }
        return false;
    }

    /** The values of all fields of that name as one list, or null without any. Allocates. */
    @Nullable String headerText(RequestView view) {
        int line = view.find(name, 0);
        if (line < 0) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        String separator = "";
        for (; line >= 0; line = view.find(name, line + 1)) {
            text.append(separator).append(Octets.text(view.bytes(), view.valueStart(line), view.valueEnd(line)));
            separator = ", ";
        }
        return text.toString();
    }

    boolean holdsForQuery(RequestView view) {
        if (pattern != null) {
            String value = queryText(view);
            return value != null && pattern.matches(value);
        }
        int from = Query.find(view, name);
        return from >= 0 && Query.decodesTo(view.bytes(), from, Query.valueEnd(view, from), exact);
    }

    /** The value of the first parameter of that name, or null without any. Allocates. */
    @Nullable String queryText(RequestView view) {
        int from = Query.find(view, name);
        return from < 0 ? null : Query.text(view, from);
    }

    /** Whether this holds wherever the other one does. False if that cannot be told. */
    boolean isImpliedBy(ValueCondition other) {
        return match.equals(other.match)
                || (pattern != null
                        && match.name().equals(other.match.name())
                        && other.match.kind() == ValueMatch.Kind.EXACT
                        && pattern.matches(other.match.value()));
    }
}
