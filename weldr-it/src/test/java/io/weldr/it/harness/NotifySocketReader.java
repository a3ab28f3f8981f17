package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of a service manager that hears what its services say: sd_notify(3). Confined to the test's thread. */
public final class NotifySocketReader implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 4096;

    private final Path path;
    private final Socket socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE_BYTES_MAX);
    private final List<String> messages = new ArrayList<>();

    private NotifySocketReader(Path path, Socket socket) {
        this.path = path;
        this.socket = socket;
    }

    /** Whether Java can do this here. */
    public static boolean isAvailable() {
        return Epoll.isAvailable();
    }

    /** Listens at a socket in that folder. The kernel queues some ten messages for a reader that is slow. */
    public static NotifySocketReader in(Path folder) throws IOException {
        Path path = folder.resolve("notify");
        Socket socket = Socket.newSocketDomainDgram();
        socket.bind(new DomainSocketAddress(path.toString()));
        return new NotifySocketReader(path, socket);
    }

    /** What a service manager gives a service, with a watchdog of that many seconds. */
    public Map<String, String> environment(int watchdogSeconds) {
        return Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", watchdogSeconds + "000000");
    }

    /** All messages so far, each with its assignments, one a line. */
    public List<String> messages() {
        try {
            for (DomainDatagramSocketAddress from = receive(); from != null; from = receive()) {
                byte[] bytes = new byte[from.receivedAmount()];
                buffer.get(0, bytes);
                messages.add(new String(bytes, UTF_8));
            }
            return List.copyOf(messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable DomainDatagramSocketAddress receive() throws IOException {
        buffer.clear();
        return socket.recvFromDomainSocket(buffer, 0, buffer.capacity());
    }

    /** All assignments so far. */
    public List<String> lines() {
        return messages().stream().flatMap(String::lines).toList();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
