package io.weldr.raft.peer;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** How the connection to a member ends: by its machine, which closes it, or by a packet filter, which resets it. */
class PresenceIT {
    /** A frame that is answered (RFC 9113 section 6.7). */
    private static final byte[] PING = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};

    private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(10);
    private final PeerLink link = new PeerLink(PeerSecurity.plain());
    private Server member;
    private ServerSocket between;

    @BeforeEach
    void listen() throws IOException {
        member = new PeerPort("n1", (bytes, caller) -> bytes)
                .customize(
                        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        EnumSet.noneOf(GrpcServices.Type.class))
                .build()
                .start();
        between = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void end() throws IOException {
        link.close();
        between.close();
        member.shutdownNow();
    }

    /** A connection of the link that has come through to the member; what is returned ends it. */
    private Socket present() throws Exception {
        Runnable unused = link.presence(new HostPort("127.0.0.1", between.getLocalPort()), new PeerLink.Presence() {
            @Override
            public void ended(boolean closed) {
                heard.add(closed ? "closed" : "broken");
            }

            @Override
            public void failed() {
                heard.add("failed");
            }
        });
        Socket near = between.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), member.getPort());
        BlockingQueue<Integer> answered = new ArrayBlockingQueue<>(1);
        copy(near, far, new ArrayBlockingQueue<>(1));
        copy(far, near, answered);
        // The headers of the call's answer are the only frames of their type.
        assertThat(answered.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isNotNull();
        return near;
    }

    /** Copies bytes, and tells once of a frame of HEADERS (RFC 9113 section 6.2): its length, type and flags. */
    private static void copy(Socket from, Socket to, BlockingQueue<Integer> headers) {
        Thread thread = new Thread(() -> {
            try {
                var in = from.getInputStream();
                byte[] frame = new byte[9];
                while (true) {
                    int first = in.readNBytes(frame, 0, frame.length);
                    if (first < frame.length) {
                        return;
                    }
                    int length = ((frame[0] & 0xff) << 16) | ((frame[1] & 0xff) << 8) | (frame[2] & 0xff);
                    boolean preface = frame[0] == 'P';
                    byte[] rest = in.readNBytes(preface ? 24 - frame.length : length);
                    synchronized (to) {
                        to.getOutputStream().write(frame);
                        to.getOutputStream().write(rest);
                    }
                    if (!preface && frame[3] == 1) {
                        var unused = headers.offer(length);
                    }
                }
            } catch (IOException e) {
                // It has been ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void aProcessThatDiesHasItsConnectionClosed() throws Exception {
        Socket near = present();
        near.shutdownOutput(); // a FIN, as the kernel sends it for a process that is gone
        assertThat(heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("closed");
    }

    @Test
    void aPacketFilterBreaksIt() throws Exception {
        reset(false);
    }

    /** Whoever writes on a connection that has been reset is told of it instead of whoever reads. */
    @RepeatedTest(3)
    void aPacketFilterBreaksItWhileThisEndWrites() throws Exception {
        reset(true);
    }

    private void reset(boolean writes) throws Exception {
        // Again where the reset overtakes the answer to the call: the kernel drops what has not been read then.
        String end = "failed";
        while ("failed".equals(end)) {
            Socket near = present();
            near.setSoLinger(true, 0); // a RST
            synchronized (near) {
                if (writes) {
                    near.getOutputStream().write(PING);
                }
                near.close();
            }
            end = heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        assertThat(end).isEqualTo("broken");
    }
}
