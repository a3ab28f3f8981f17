package io.weldr.node;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells by its environment which service manager starts this process again once it has ended. */
final class StartedAgain {
    /** Set to {@code true} for a process that is started again by something that the node does not know. */
    static final String VARIABLE = "WELDR_SUPERVISED";

    private StartedAgain() {}

    /**
     * The service manager: {@code systemd}, {@code kubernetes} or {@value #VARIABLE}; null: none.
     *
     * @param pid the id of this process
     */
    static @Nullable String by(Map<String, String> environment, long pid) {
        if (Boolean.parseBoolean(environment.get(VARIABLE))) {
            return VARIABLE;
        }
        if (environment.containsKey("KUBERNETES_SERVICE_HOST")) {
            return "kubernetes";
        }
        // A shell in a terminal may belong to a service too. systemd 248 and later name the process that they started.
        String started = environment.get("SYSTEMD_EXEC_PID");
        boolean bySystemd =
                environment.containsKey("INVOCATION_ID") && (started == null || started.equals(Long.toString(pid)));
        return bySystemd ? "systemd" : null;
    }
}
