package io.weldr.api.admin;

import io.weldr.api.admin.WatchEvent.Changed;
import io.weldr.api.admin.WatchEvent.Resync;
import io.weldr.core.port.Published;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One watcher's place in the history. {@link #next()} is called by one thread at a time. */
public final class Watch implements AutoCloseable {
    private final WatchHub hub;
    private final Published<ClusterState> published;
    private final Runnable wake;
    private volatile boolean ended;

    private @Nullable Long told; // the revision up to which it knows; null before the first event
    private boolean unknownRevision;

    Watch(
            WatchHub hub,
            Published<ClusterState> published,
            @Nullable Long after,
            boolean unknownRevision,
            Runnable wake) {
        this.hub = hub;
        this.published = published;
        this.told = after;
        this.unknownRevision = unknownRevision;
        this.wake = wake;
    }

    /** What to tell next; null if there is nothing until the next wake. */
    public @Nullable WatchEvent next() {
        ClusterState state = published.get();
        Long from = told;
        if (from == null) {
            return resync(state, "a new watch: changes follow from here");
        }
        if (unknownRevision) {
            unknownRevision = false;
            return resync(state, "the cluster never was at revision " + from);
        }
        if (state.revision() <= from) {
            return null;
        }
        List<Change> changes = state.changes();
        boolean wholeHistory = !changes.isEmpty()
                && (changes.size() < ClusterState.CHANGES_MAX || changes.get(0).revision() <= from);
        if (!wholeHistory) {
            return resync(state, "the changes after revision " + from + " are not kept any more");
        }
        Change change = changes.get(firstAfter(changes, from));
        told = change.revision();
        return new Changed(change);
    }

    private Resync resync(ClusterState state, String reason) {
        told = state.revision();
        return new Resync(state.revision(), reason);
    }

    /** Index of the first change after {@code revision}; there is one. */
    private static int firstAfter(List<Change> changes, long revision) {
        int low = 0;
        int high = changes.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (changes.get(middle).revision() > revision) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Whether the node is stopping, so that no more will come. */
    public boolean ended() {
        return ended;
    }

    void wake() {
        wake.run();
    }

    void hubClosed() {
        ended = true;
        wake.run();
    }

    @Override
    public void close() {
        hub.remove(this);
    }
}
