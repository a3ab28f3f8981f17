package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers take all the room that ports have for them. Members have room of their own. */
class StrangersIT {
    /** Of those that a port for operators has room for. */
    private static final int CONNECTIONS = 1024;

    @TempDir
    Path folder;

    @Test
    void strangersAtTheLeadersPortsCostMembersNothing() throws IOException {
        List<Socket> strangers = new ArrayList<>();
        try (TestCluster cluster =
                TestCluster.start(folder, 3, "--secret-file", Secret.in(folder).toString())) {
            TestNode leader = cluster.awaitLeader();
            TestNode follower = cluster.except(leader).get(0);
            TestNode other = cluster.except(leader, follower).get(0);
            for (int i = 0; i < CONNECTIONS; i++) {
                strangers.add(connect(leader.grpcAddress()));
            }
            try (Crowd crowd = new Crowd(leader.raftAddress())) {
                await("a crowd at the Raft port").until(() -> crowd.came() > 2 * Crowd.OPEN_MAX);
                for (int port = 1; port <= 20; port++) {
                    String origin = "http://origin.invalid:" + port;
                    await("a change through a follower: " + origin)
                            .until(() -> List.of(200, 201)
                                    .contains(
                                            Http.post(follower.adminUrl() + "/servers", "{\"url\":\"" + origin + "\"}")
                                                    .status()));
                }
                Weldrctl.Result members = Weldrctl.run(follower.grpcAddress(), "cluster");
                assertThat(members.exit()).as(members.err()).isZero();

                // A member makes new connections beside all those of strangers.
                other.kill();
                cluster.start(other);
                await("the member that came back")
                        .until(() -> other.localServers().size() == 20);
                assertThat(crowd.failure()).isNull();
            }
            assertThat(cluster.nodes()).allMatch(TestNode::isAlive);
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static Socket connect(String address) throws IOException {
        HostPort to = HostPort.parse(address);
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(to.host(), to.port()), PATIENCE_MILLIS);
        return socket;
    }

    /** Comes all the time, says nothing, and stays for as long as it is let. On a thread of its own. */
    private static final class Crowd implements AutoCloseable {
        static final int OPEN_MAX = 200;
        private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

        private final String address;
        private final AtomicInteger came = new AtomicInteger();
        private final Thread thread = new Thread(this::come, "crowd");
        private volatile boolean over;
        private volatile @Nullable String failure;

        Crowd(String address) {
            this.address = address;
            thread.setDaemon(true);
            thread.start();
        }

        private void come() {
            Deque<Socket> open = new ArrayDeque<>();
            try {
                while (!over) {
                    open.add(connect(address));
                    came.incrementAndGet();
                    if (open.size() > OPEN_MAX) {
                        open.remove().close();
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                for (Socket socket : open) {
                    socket.close();
                }
            } catch (IOException e) {
                failure = e.toString();
            }
        }

        int came() {
            return came.get();
        }

        /** Why it does not come any more; null: it does. */
        @Nullable String failure() {
            return failure;
        }

        @Override
        public void close() {
            over = true;
        }
    }
}
