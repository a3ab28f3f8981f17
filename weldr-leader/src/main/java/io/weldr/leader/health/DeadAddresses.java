package io.weldr.leader.health;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Addresses that the last connection failed to. They are tried after the others of the same name, so that a probe does
 * not wait for a dead one each time. Thread safe.
 */
final class DeadAddresses {
    /**
     * The one that failed first makes room: it is then tried in its turn, and may cost a probe a part of its time once.
     */
    static final int ADDRESSES_MAX = 4096;

    private final Map<InetSocketAddress, Boolean> dead = new LinkedHashMap<>() { // guarded by this
                @Override
                protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Boolean> eldest) {
                    return size() > ADDRESSES_MAX;
                }
            };

    synchronized void failed(InetSocketAddress address) {
        dead.put(address, true);
    }

    synchronized void connected(InetSocketAddress address) {
        dead.remove(address);
    }

    /** The same addresses, those that failed last; otherwise in the order that they had. */
    synchronized List<InetSocketAddress> deadLast(List<InetSocketAddress> addresses) {
        if (dead.isEmpty()) {
            return addresses;
        }
        List<InetSocketAddress> ordered = new ArrayList<>(addresses.size());
        List<InetSocketAddress> last = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            (dead.containsKey(address) ? last : ordered).add(address);
        }
        ordered.addAll(last);
        return ordered;
    }
}
