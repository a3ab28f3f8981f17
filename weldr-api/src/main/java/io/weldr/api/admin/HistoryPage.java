package io.weldr.api.admin;

import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the history, oldest first.
 *
 * @param older whether there are more before the first one
 * @param newer whether there are more after the last one
 */
public record HistoryPage(List<Change> changes, boolean older, boolean newer) {
    /** Of a page when nobody says. It fits a screen or two. */
    public static final int SIZE_DEFAULT = 100;

    /** Some 200 KB. */
    public static final int SIZE_MAX = ClusterState.CHANGES_MAX;

    public HistoryPage {
        changes = List.copyOf(changes);
    }

    /**
     * Which part is asked for.
     *
     * @param after begin with the first change after this revision; null: end with the latest one
     * @param before only changes before this revision; null: all
     * @param size how many changes at most, 1 to {@value #SIZE_MAX}; null: {@value #SIZE_DEFAULT}
     * @param byOperator only those that operators asked for, or only the others; null: both
     */
    public record Query(
            @Nullable Long after,
            @Nullable Long before,
            @Nullable Integer size,
            @Nullable Boolean byOperator,
            ChangeFilter filter) {}

    /** The part of that state's history. */
    public static HistoryPage of(ClusterState state, Query query) {
        Long after = query.after();
        Long before = query.before();
        List<Change> taken = state.history().stream()
                .filter(change -> query.byOperator() == null || change.kind().byOperator() == query.byOperator())
                .filter(query.filter()::takes)
                .toList();
        List<Change> asked = taken.stream()
                .filter(change -> after == null || change.revision() > after)
                .filter(change -> before == null || change.revision() < before)
                .toList();
        int size = Math.min(query.size() == null ? SIZE_DEFAULT : query.size(), asked.size());
        // The latest are what people look for; who reads on from a revision wants the next ones.
        List<Change> page = after == null ? asked.subList(asked.size() - size, asked.size()) : asked.subList(0, size);
        if (page.isEmpty()) {
            return new HistoryPage(page, false, false);
        }
        long first = page.get(0).revision();
        long last = page.get(page.size() - 1).revision();
        return new HistoryPage(
                page,
                taken.get(0).revision() < first,
                taken.get(taken.size() - 1).revision() > last);
    }
}
