package io.weldr.node.lifecycle;

import io.weldr.core.port.ProcessControl;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Restarts the process of this node. Any thread; never blocks. */
final class Restart implements ProcessControl {
    private final Facts facts;
    private final Predicate<String> begin;
    private final AtomicBoolean reserved = new AtomicBoolean();
    private volatile boolean begun;

    /** @param begin begins to stop, for that author; false: the node stops already */
    Restart(Facts facts, Predicate<String> begin) {
        this.facts = facts;
        this.begin = begin;
    }

    @Override
    public Facts facts() {
        return facts;
    }

    /** Which service manager starts the process again; null: none. */
    @Nullable String manager() {
        return facts.serviceManager();
    }

    @Override
    public boolean reserve() {
        return !begun && reserved.compareAndSet(false, true);
    }

    @Override
    public void release() {
        reserved.set(false);
    }

    @Override
    public boolean restarting() {
        return begun || reserved.get();
    }

    @Override
    public boolean restart(String by) {
        begun = true;
        return begin.test(by);
    }
}
