package io.weldr.node.lifecycle;

import io.weldr.node.config.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a node can have its ports, all of them, before any part of it starts: one that cannot should neither vote nor
 * serve for a moment before it ends.
 */
final class FreePorts {
    private FreePorts() {}

    /**
     * Binds every address and lets go of them again.
     *
     * @param addresses by the setting that says them; port 0 and a host that is not known are left to who listens there
     * @throws IOException with one line that names the address and what is wrong with it
     */
    static void check(Map<String, ListenAddress> addresses) throws IOException {
        List<ServerSocket> bound = new ArrayList<>();
        try {
            for (Map.Entry<String, ListenAddress> each : addresses.entrySet()) {
                InetSocketAddress address = each.getValue().socketAddress();
                if (address.getPort() != 0 && !address.isUnresolved()) {
                    ServerSocket socket = new ServerSocket();
                    bound.add(socket);
                    bind(socket, address, each);
                }
            }
        } finally {
            for (ServerSocket socket : bound) {
                socket.close();
            }
        }
    }

    private static void bind(ServerSocket socket, InetSocketAddress address, Map.Entry<String, ListenAddress> what)
            throws IOException {
        try {
            socket.setReuseAddress(
                    true); // connections of an earlier run that the kernel still remembers are in nobody's way
            socket.bind(address, 1);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + what.getValue() + " (" + what.getKey() + "): " + e.getMessage(), e);
        }
    }
}
