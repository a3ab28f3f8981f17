package io.weldr.core.route;

import io.weldr.core.pool.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clients that a route admits. The route takes the requests of the others, too, and answers them with 403. */
public final class Admission {
    private Admission() {}

    /**
     * Whether the networks of that route admit a client. Allocates nothing.
     *
     * @param clientAddress 4 or 16 bytes
     */
    public static boolean admits(Route route, byte[] clientAddress) {
        List<Network> allow = route.allow();
        return (allow.isEmpty() || find(allow, clientAddress) != null) && find(route.deny(), clientAddress) == null;
    }

    private static @Nullable Network find(List<Network> networks, byte[] address) {
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(address)) {
                return networks.get(i);
            }
        }
        return null;
    }

    /** Why the route refuses a client, or null if it does not. */
    static @Nullable String refusal(Route route, byte[] clientAddress) {
        String host = new Network(clientAddress, 8 * clientAddress.length).toString();
        String client = "client " + host.substring(0, host.indexOf('/'));
        Network denied = find(route.deny(), clientAddress);
        if (denied != null) {
            return client + " is in the denied network " + denied;
        }
        return admits(route, clientAddress) ? null : client + " is in no allowed network";
    }
}
