package io.weldr.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports that stay the same over restarts of a node, as its peers expect. Below the ephemeral range, so that no outgoing
 * connection takes one while its node is down; and from a range that belongs to this JVM, so that no other one takes
 * it, of this build or another.
 */
public final class Ports {
    private static final int LEAST = 20_000;
    private static final int MOST = 32_000;
    private static final int RANGE = 1_000;
    private static final int TRIES_MAX = 1_000;

    private static final ServerSocket RANGE_OF_OURS = claim(); // open for as long as this JVM runs
    private static final Random RANDOM = new Random();
    private static final Set<Integer> TAKEN = new HashSet<>(); // guarded by the class

    private Ports() {}

    /** A range belongs to whoever listens at its first port. */
    private static ServerSocket claim() {
        for (int first = LEAST; first < MOST; first += RANGE) {
            try {
                return new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                // another JVM's: the next one
            }
        }
        throw new IllegalStateException("all ranges between " + LEAST + " and " + MOST + " are taken");
    }

    /** One that stays free until it is used. */
    public static synchronized int free() {
        int first = RANGE_OF_OURS.getLocalPort();
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = first + 1 + RANDOM.nextInt(RANGE - 1);
            if (!TAKEN.contains(port) && isFree(port)) {
                TAKEN.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + first + " and " + (first + RANGE));
    }

    /** Whether nobody listens there. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
