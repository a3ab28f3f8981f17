package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody in the network who passes connections on, and keeps what members send. Thread safe. */
final class Recording implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 16;

    private final ServerSocket listening = new ServerSocket(0, CONNECTIONS_MAX, InetAddress.getLoopbackAddress());
    private final HostPort to;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<ByteArrayOutputStream> sent = new CopyOnWriteArrayList<>(); // each guarded by itself

    Recording(HostPort to) throws IOException {
        this.to = to;
        start("recording", this::accept);
    }

    HostPort address() {
        return new HostPort("127.0.0.1", listening.getLocalPort());
    }

    /** What came from the clients until now, one entry a connection. */
    List<byte[]> sent() {
        return sent.stream().map(ByteArrayOutputStream::toByteArray).toList();
    }

    private void accept() throws IOException {
        while (!listening.isClosed()) {
            Socket client = listening.accept();
            Socket server = new Socket(to.host(), to.port());
            open.addAll(List.of(client, server));
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            sent.add(kept);
            start("recording-there", () -> pass(client, server, kept));
            start("recording-back", () -> pass(server, client, OutputStream.nullOutputStream()));
        }
    }

    private static void pass(Socket from, Socket to, OutputStream copy) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                copy.write(buffer, 0, read);
                to.getOutputStream().write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The connection ended, or the recording.
                    }
                },
                name);
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
