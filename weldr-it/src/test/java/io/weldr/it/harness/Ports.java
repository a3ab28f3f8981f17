package io.weldr.it.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports that stay the same over restarts of a node, as its peers expect. Below the ephemeral range, so that no outgoing
 * connection takes one while its node is down.
 */
public final class Ports {
    /** As many as JVMs run stories at once: a port must not be taken by another one while its node is down. */
    private static final int RANGES = 3;

    private static final int RANGE = 4_000;
    private static final int LEAST = 20_000 + RANGE * ((Integer.getInteger("story.fork", 1) - 1) % RANGES);
    private static final int MOST = LEAST + RANGE;
    private static final int TRIES_MAX = 1_000;

    private static final Random RANDOM = new Random();
    private static final Set<Integer> TAKEN = new HashSet<>(); // guarded by the class

    private Ports() {}

    /** One that stays free until it is used. */
    public static synchronized int free() {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = LEAST + RANDOM.nextInt(MOST - LEAST);
            if (!TAKEN.contains(port) && isFree(port)) {
                TAKEN.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + LEAST + " and " + MOST);
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
