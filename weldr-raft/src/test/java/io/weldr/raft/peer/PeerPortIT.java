package io.weldr.raft.peer;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.EnumSet;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.Test;

/** The Raft port, as a peer sees it that speaks HTTP/2 by hand (RFC 9113). */
class PeerPortIT {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

    private static final int PING = 6;
    private static final int ACK = 1;

    /**
     * A firewall between two members forgets a connection that is silent, as one between two followers is until they
     * elect a leader.
     */
    @Test
    void aConnectionOverWhichNobodySaysAnythingIsKeptAlive() throws Exception {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Server server = new PeerPort("n1", (bytes, caller) -> bytes)
                .customize(builder, EnumSet.noneOf(GrpcServices.Type.class))
                .build()
                .start();
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
            peer.setSoTimeout(Math.toIntExact(PATIENCE_MILLIS));
            peer.getOutputStream().write(PREFACE);
            peer.getOutputStream().write(EMPTY_SETTINGS);
            assertThat(isPinged(new DataInputStream(peer.getInputStream()))).isTrue();
        } finally {
            server.shutdownNow();
        }
    }

    /** Reads frames until there is a ping. Fails if nothing comes for as long as a test waits. */
    private static boolean isPinged(DataInputStream frames) throws IOException {
        while (true) {
            int length = frames.readUnsignedByte() << 16 | frames.readUnsignedShort();
            int type = frames.readUnsignedByte();
            int flags = frames.readUnsignedByte();
            frames.readInt(); // the stream
            frames.readFully(new byte[length]);
            if (type == PING && (flags & ACK) == 0) {
                return true;
            }
        }
    }
}
