package io.weldr.testserver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The switches of one origin, thrown by a test or over HTTP. Threads: any. */
final class Behaviour {
    private static final Predicate<String> ANYBODY = head -> true;

    private volatile Predicate<String> healthyFor = ANYBODY;
    private volatile Mode mode = Mode.NORMAL;
    private final Map<String, ScriptedAnswer> scripted = new ConcurrentHashMap<>();

    boolean healthyFor(String head) {
        return healthyFor.test(head);
    }

    void healthy(boolean now) {
        healthyFor = now ? ANYBODY : ANYBODY.negate();
    }

    void healthyFor(Predicate<String> heads) {
        healthyFor = heads;
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
