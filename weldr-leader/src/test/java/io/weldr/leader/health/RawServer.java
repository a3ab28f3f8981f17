package io.weldr.leader.health;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An origin of a test that does with each connection what the test says, in a thread of its own. */
final class RawServer implements AutoCloseable {
    /** What becomes of a connection. It is closed afterwards. */
    @FunctionalInterface
    interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    RawServer(Conversation conversation) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                daemon(() -> {
                    try (socket) {
                        conversation.hold(socket);
                    } finally {
                        open.remove(socket);
                    }
                });
            }
        });
    }

    /** Reads and drops what comes until the other side has ended, which must not be by a reset. */
    static void untilItEnds(Socket socket) throws IOException {
        byte[] dropped = new byte[1024];
        while (socket.getInputStream().read(dropped) >= 0) {
            // more may come
        }
    }

    String url(String scheme) {
        return scheme + "://127.0.0.1:" + server.getLocalPort();
    }

    int port() {
        return server.getLocalPort();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // the other side, or the end of the test, closed it
                    }
                },
                "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
