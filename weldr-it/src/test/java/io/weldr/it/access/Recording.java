package io.weldr.it.access;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody on the way between a client and a node, who passes on what both say, and keeps what the client says. */
final class Recording implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final String to;
    private final List<ByteArrayOutputStream> said = new CopyOnWriteArrayList<>();

    Recording(String to) throws IOException {
        this.to = to;
        thread(this::accept);
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "recording");
        thread.setDaemon(true);
        thread.start();
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** What clients have said so far, one for each connection. */
    List<byte[]> said() {
        return said.stream().map(ByteArrayOutputStream::toByteArray).toList();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = Strangers.connect(to);
                ByteArrayOutputStream kept = new ByteArrayOutputStream();
                said.add(kept);
                thread(() -> pass(client, server, kept));
                thread(() -> pass(server, client, OutputStream.nullOutputStream()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void pass(Socket from, Socket to, OutputStream kept) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            byte[] bytes = new byte[8192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                kept.write(bytes, 0, read);
                to.getOutputStream().write(bytes, 0, read);
            }
        } catch (IOException e) {
            // one of them has ended
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
