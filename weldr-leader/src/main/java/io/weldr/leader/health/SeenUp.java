package io.weldr.leader.health;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which origins a probe of this node has ever passed at, since the process started. Thread safe. */
final class SeenUp {
    /** More than a cluster has origins; the one that was not looked at for longest makes room. */
    static final int ORIGINS_MAX = 16_384;

    private final Map<Watch.Key, Boolean> seen = new LinkedHashMap<>(16, 0.75f, true) { // guarded by this
                @Override
                protected boolean removeEldestEntry(Map.Entry<Watch.Key, Boolean> eldest) {
                    return size() > ORIGINS_MAX;
                }
            };

    synchronized void add(Watch.Key origin) {
        seen.put(origin, true);
    }

    synchronized boolean contains(Watch.Key origin) {
        return seen.get(origin) != null;
    }
}
