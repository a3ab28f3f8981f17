package io.weldr.raft.machine;

import io.weldr.core.port.Committed;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests were applied and what became of them, so that a repeated one is not applied again. Filled in log order
 * and bounded by count, not by a clock, so that it is the same on every node; part of the snapshot. Confined to the thread that
 * applies the log.
 */
final class AppliedRequests {
    /**
     * A repeat comes within seconds of its first delivery, or within minutes after a restart. This many writes take a lot longer
     * on a control plane, and cost some 2 MB.
     */
    static final int REQUESTS_MAX = 8192;

    private final LinkedHashMap<String, Committed> requests;

    AppliedRequests(Map<String, Committed> requests) {
        this.requests = new LinkedHashMap<>(requests);
        trim();
    }

    @Nullable Committed find(String requestId) {
        return requests.get(requestId);
    }

    void put(String requestId, Committed committed) {
        assert !requests.containsKey(requestId) : requestId;
        requests.put(requestId, committed);
        trim();
    }

    private void trim() {
        var oldest = requests.entrySet().iterator();
        while (requests.size() > REQUESTS_MAX) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Oldest first. */
    Map<String, Committed> view() {
        return Collections.unmodifiableMap(requests);
    }
}
