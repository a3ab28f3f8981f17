package io.weldr.testserver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The switches of one origin, thrown by a test or over HTTP. Threads: any. */
final class Behaviour {
    private volatile boolean healthy = true;
    private volatile Mode mode = Mode.NORMAL;
    private final Map<String, ScriptedAnswer> scripted = new ConcurrentHashMap<>();

    boolean healthy() {
        return healthy;
    }

    void healthy(boolean now) {
        healthy = now;
    }

    Mode mode() {
        return mode;
    }

    void mode(Mode now) {
        mode = now;
    }

    @Nullable ScriptedAnswer scripted(String path) {
        return scripted.get(path);
    }

    void script(String path, ScriptedAnswer answer) {
        scripted.put(path, answer);
    }
}
