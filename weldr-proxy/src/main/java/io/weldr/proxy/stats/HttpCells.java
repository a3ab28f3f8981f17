package io.weldr.proxy.stats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The cells of one event loop. Written there, read anywhere. */
public final class HttpCells {

    /** Where requests are counted whose labels are beyond the limit. */
    public static final String OTHER = "other";

    private static final HttpCell.Key REST = new HttpCell.Key(OTHER, OTHER, OTHER);

    private final SeriesLimit limit;
    private final Map<HttpCell.Key, HttpCell> cells = new ConcurrentHashMap<>();

    /** @param limit how many there may be, shared by all event loops */
    HttpCells(SeriesLimit limit) {
        this.limit = limit;
    }

    /**
     * The cell of these labels, or the one of all that are too many. Looks it up: whoever counts each request keeps
     * what this returns. Only on the owning loop.
     */
    public HttpCell of(String listener, String route, String pool) {
        HttpCell.Key key = new HttpCell.Key(listener, route, pool);
        return cells.computeIfAbsent(limit.admits(key) ? key : REST, unknown -> new HttpCell());
    }

    /** Forgets the cells that nobody asks for any more. Only on the owning loop. */
    public void retain(Predicate<HttpCell.Key> wanted) {
        cells.keySet().removeIf(key -> !key.equals(REST) && !wanted.test(key));
    }

    /** All of them; any thread. */
    public Map<HttpCell.Key, HttpCell> all() {
        return cells;
    }
}
