package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.Words;
import io.weldr.core.state.Change;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A filter of changes in the history.
 *
 * @param subjects what they are about; none: all
 * @param name their subject; null: any
 */
public record ChangeFilter(Set<Subject> subjects, @Nullable String name) {
    /** Every change. */
    public static final ChangeFilter ALL = new ChangeFilter(Set.of(), null);

    /** What a change is about. */
    public enum Subject {
        POOL,
        LISTENER,
        ROUTE,
        CERTIFICATE,
        TOKEN,
        ORIGIN,
        VERDICT,
        MEMBER,
        CLUSTER;

        static Subject of(Change.Kind kind) {
            return switch (kind) {
                case ORIGIN_ADDED, ORIGIN_UPDATED, ORIGIN_REMOVED -> ORIGIN;
                case VERDICT -> VERDICT;
                case HEALTH_POLICY_SET, POOL_CREATED, POOL_UPDATED, POOL_REMOVED -> POOL;
                case LISTENER_CREATED, LISTENER_UPDATED, LISTENER_REMOVED -> LISTENER;
                case ROUTE_CREATED, ROUTE_UPDATED, ROUTE_REMOVED -> ROUTE;
                case CERTIFICATE_CREATED,
                        CERTIFICATE_UPDATED,
                        CERTIFICATE_REMOVED,
                        CERTIFICATE_ISSUED,
                        CERTIFICATE_ORDER_FAILED -> CERTIFICATE;
                case TOKEN_CREATED, TOKEN_REMOVED -> TOKEN;
                case MEMBER_ANNOUNCED, MEMBER_RETIRED -> MEMBER;
                case CLUSTER_VERSION_RAISED -> CLUSTER;
            };
        }
    }

    public ChangeFilter {
        subjects = Set.copyOf(subjects);
    }

    /**
     * Reads the words of a request.
     *
     * @param words such as {@code pool}; none: all
     * @param name empty or null: any
     */
    public static ChangeFilter of(Collection<String> words, @Nullable String name) {
        Set<Subject> subjects = EnumSet.noneOf(Subject.class);
        for (String word : words) {
            subjects.add(subject(word));
        }
        return new ChangeFilter(subjects, name == null || name.isEmpty() ? null : name);
    }

    private static Subject subject(String word) {
        for (Subject subject : Subject.values()) {
            if (Words.of(subject).equals(word)) {
                return subject;
            }
        }
        String expected = Arrays.stream(Subject.values()).map(Words::of).collect(Collectors.joining(", "));
        throw Problem.of(ProblemType.INVALID_VALUE, "kind: " + Check.quote(word), "any of " + expected)
                .exception();
    }

    /** Whether that change is to be seen. */
    public boolean takes(Change change) {
        return (subjects.isEmpty() || subjects.contains(Subject.of(change.kind())))
                && (name == null || name.equals(change.subject()));
    }
}
