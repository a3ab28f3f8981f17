package io.weldr.api.testkit;

import io.weldr.core.port.ProcessControl;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A process that writes down who restarts it, and goes on. Any thread. */
public final class TestProcess implements ProcessControl {
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final List<String> restarts = new CopyOnWriteArrayList<>();
    private final AtomicBoolean reserved = new AtomicBoolean();
    private volatile @Nullable String serviceManager = "systemd";

    /** From now on it would be started again by that; null: by nothing. */
    public void serviceManager(@Nullable String manager) {
        serviceManager = manager;
    }

    /** Who restarted it, and why. */
    public List<String> restarts() {
        return restarts;
    }

    @Override
    public Facts facts() {
        return new Facts(startedAt, "0.0-test", serviceManager, Duration.ofSeconds(7));
    }

    @Override
    public boolean reserve() {
        return restarts.isEmpty() && reserved.compareAndSet(false, true);
    }

    @Override
    public void release() {
        reserved.set(false);
    }

    @Override
    public boolean restarting() {
        return reserved.get() || !restarts.isEmpty();
    }

    @Override
    public boolean restart(String by) {
        if (!restarts.isEmpty()) {
            return false;
        }
        restarts.add(by);
        return true;
    }
}
