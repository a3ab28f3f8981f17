package io.weldr.node.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import io.weldr.core.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix datagram socket of a service manager, which {@code NOTIFY_SOCKET} names. Java has no such sockets. Netty's
 * native library has them, the proxy loads it anyway, and one system call without an event loop sends a message: so
 * there is neither another library nor a child process.
 *
 * <p>Any thread. Sending never blocks and never throws: a message that the service manager does not take is lost, and a
 * log line says so once.
 */
final class NotifySocket implements AutoCloseable {
    /** The service manager ignores longer messages. */
    static final int MESSAGE_BYTES_MAX = 4096;

    /** {@code sun_path} of unix(7) has 108 bytes, the last of which ends a path. */
    private static final int PATH_BYTES_MAX = 107;

    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);

    private final String name;
    private final byte[] path;
    private final Socket socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE_BYTES_MAX); // guarded by this
    private boolean lost; // guarded by this; whether the latest message was

    private NotifySocket(String name, byte[] path, Socket socket) {
        this.name = name;
        this.path = path;
        this.socket = socket;
    }

    /**
     * Opens a socket that sends to that address. Nothing is sent yet.
     *
     * @param name the value of {@code NOTIFY_SOCKET}: a path, or {@code @} and a name in the abstract namespace
     * @return null if messages cannot be sent; a log line says why
     */
    static @Nullable NotifySocket open(String name) {
        boolean isAbstract = name.startsWith("@");
        byte[] path = (isAbstract ? "\0" + name.substring(1) : name).getBytes(UTF_8);
        boolean known = isAbstract || name.startsWith("/");
        if (!known || path.length > PATH_BYTES_MAX) {
            return unusable(name, "an absolute path, or @ and a name, of at most " + PATH_BYTES_MAX + " bytes", null);
        }
        try {
            if (!Epoll.isAvailable()) {
                return unusable(name, "Linux, and Netty's native library", Epoll.unavailabilityCause());
            }
            return new NotifySocket(name, path, Socket.newSocketDomainDgram());
        } catch (RuntimeException | LinkageError e) {
            return unusable(name, "a Unix datagram socket", e);
        }
    }

    private static @Nullable NotifySocket unusable(String name, String expected, @Nullable Throwable cause) {
        LOG.warn(
                "NOTIFY_SOCKET: {} cannot be used (expected: {}){}; the service manager is told nothing, and ends the"
                        + " node if its unit has Type=notify",
                Check.quote(name),
                expected,
                cause == null ? "" : ": " + cause);
        return null;
    }

    /** Sends assignments, one a line, such as {@code READY=1}. */
    synchronized void send(String message) {
        byte[] bytes = message.getBytes(UTF_8);
        assert bytes.length <= MESSAGE_BYTES_MAX : message;
        buffer.clear();
        buffer.put(bytes);
        try {
            boolean taken = socket.sendToDomainSocket(buffer, 0, bytes.length, path) == bytes.length;
            sent(taken ? null : "its queue is full");
        } catch (IOException | RuntimeException e) {
            sent(e.toString());
        }
    }

    private void sent(@Nullable String failure) {
        if (failure != null && !lost) {
            LOG.warn(
                    "The service manager does not accept messages at NOTIFY_SOCKET {}: {}; the node continues",
                    Check.quote(name),
                    failure);
        }
        lost = failure != null;
    }

    @Override
    public synchronized void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("the socket of the service manager could not be closed", e);
        }
    }
}
