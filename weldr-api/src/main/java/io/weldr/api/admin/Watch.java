package io.weldr.api.admin;

import io.weldr.api.admin.WatchEvent.Changed;
import io.weldr.api.admin.WatchEvent.Resync;
import io.weldr.core.port.Published;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One watcher's place in the history. {@link #next()} is called by one thread at a time. */
public final class Watch implements AutoCloseable {
    private final WatchHub hub;
    private final Published<ClusterState> published;
    private final ChangeFilter filter;
    private final BooleanSupplier allowed;
    private final Runnable wake;
    private volatile boolean ended;

    private @Nullable Long told; // the revision up to which it knows; null before the first event
    private boolean unknownRevision;

    Watch(
            WatchHub hub,
            Published<ClusterState> published,
            @Nullable Long after,
            boolean unknownRevision,
            ChangeFilter filter,
            BooleanSupplier allowed,
            Runnable wake) {
        this.hub = hub;
        this.published = published;
        this.told = after;
        this.unknownRevision = unknownRevision;
        this.filter = filter;
        this.allowed = allowed;
        this.wake = wake;
    }

    /** What to tell next; null if there is nothing until the next wake. */
    public @Nullable WatchEvent next() {
        if (forbidden()) {
            return null;
        }
        ClusterState state = published.get();
        Long from = told;
        if (from == null) {
            return resync(state, "a new watch: changes follow from here");
        }
        if (unknownRevision) {
            unknownRevision = false;
            return resync(state, "the cluster never was at revision " + from);
        }
        while (state.revision() > from) {
            Change change = state.firstChangeAfter(from);
            if (change == null || !state.keepsChangesAfter(from)) {
                return resync(state, "the changes after revision " + from + " are not kept any more");
            }
            from = change.revision();
            told = from;
            if (filter.takes(change)) {
                return new Changed(change);
            }
        }
        return null;
    }

    private Resync resync(ClusterState state, String reason) {
        told = state.revision();
        return new Resync(state.revision(), reason);
    }

    /** Whether the node is stopping, so that no more will come. */
    public boolean ended() {
        return ended;
    }

    /** Whether whoever watches may not do so any more. */
    public boolean forbidden() {
        return !allowed.getAsBoolean();
    }

    void wakeIfForbidden() {
        if (forbidden()) {
            wake.run();
        }
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
