package io.weldr.proxy.warm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Answers every request of a {@link Conversation}, on a free port of loopback. Each connection has a thread. */
public final class WarmOrigin implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public WarmOrigin() throws IOException {
        listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the warm-up is over.
        }
    }

    private void serve(Socket socket) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (socket) {
            socket.setTcpNoDelay(true);
            for (int read = socket.getInputStream().read(buffer);
                    read > 0;
                    read = socket.getInputStream().read(buffer)) {
                Conversation asked = Conversation.readRequest(socket.getInputStream(), buffer, read);
                socket.getOutputStream().write(asked.response());
            }
        } catch (IOException e) {
            // So does a warm-up end that ran out of time.
        } finally {
            open.remove(socket);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "weldr-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
