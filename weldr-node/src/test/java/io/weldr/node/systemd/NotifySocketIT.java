package io.weldr.node.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages to the socket of a service manager. */
class NotifySocketIT {
    @TempDir
    private Path folder;

    @BeforeAll
    static void needsUnixDatagrams() {
        assumeTrue(Epoll.isAvailable(), "Netty's native library");
    }

    @Test
    void sendsToAPathAndToAnAbstractName() throws IOException {
        String path = folder.resolve("notify").toString();
        String word = "weldr-test-" + UUID.randomUUID();
        for (String[] pair : new String[][] {{path, path}, {"@" + word, "\0" + word}}) {
            Socket manager = Socket.newSocketDomainDgram();
            try (NotifySocket socket = requireNonNull(NotifySocket.open(pair[0]))) {
                manager.bind(new DomainSocketAddress(pair[1]));
                socket.send("READY=1\nSTATUS=läuft");
                socket.send("WATCHDOG=1");
                assertThat(received(manager)).as(pair[0]).isEqualTo("READY=1\nSTATUS=läuft");
                assertThat(received(manager)).isEqualTo("WATCHDOG=1");
                assertThat(received(manager)).isNull();
            } finally {
                manager.close();
            }
        }
    }

    @Test
    void nobodyWhoListensAndAFullQueueHarmNothing() throws IOException {
        Path path = folder.resolve("notify");
        try (NotifySocket socket = requireNonNull(NotifySocket.open(path.toString()))) {
            socket.send("READY=1"); // to nobody
            Socket manager = Socket.newSocketDomainDgram();
            try {
                manager.bind(new DomainSocketAddress(path.toString()));
                for (int i = 0; i < 10_000; i++) { // more than the kernel queues; none of them blocks
                    socket.send("STATUS=" + i);
                }
                assertThat(received(manager)).isEqualTo("STATUS=0");
            } finally {
                manager.close();
            }
            socket.send("STOPPING=1");
        }
    }

    @Test
    void anAddressThatCannotBeUsedIsNoReasonNotToStart() {
        for (String bad : new String[] {"notify", "vsock:2:1234", "/" + "n".repeat(107), "@" + "n".repeat(107)}) {
            assertThat(NotifySocket.open(bad)).as(bad).isNull();
            ServiceManager.of(Map.of("NOTIFY_SOCKET", bad)).stopping(Duration.ZERO);
        }
        ServiceManager.of(Map.of()).stopping(Duration.ZERO);
    }

    private static @Nullable String received(Socket manager) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(NotifySocket.MESSAGE_BYTES_MAX);
        var from = manager.recvFromDomainSocket(buffer, 0, buffer.capacity());
        if (from == null) {
            return null;
        }
        byte[] bytes = new byte[from.receivedAmount()];
        buffer.get(0, bytes);
        return new String(bytes, UTF_8);
    }
}
