package io.weldr.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Membership;
import io.weldr.core.state.MemberId;
import io.weldr.raft.peer.MemberCaller;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberTlsIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    private static TestAuthority authority;

    @BeforeAll
    static void makeAuthority() throws IOException {
        authority = new TestAuthority("members");
    }

    @AfterAll
    static void removeAuthority() throws IOException {
        authority.close();
    }

    @Test
    void membersWithCertificatesFormAClusterAndWriteAndElect(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            for (MemberId id : cluster.peers.keySet()) {
                cluster.tls.put(id, TestTls.of(authority, id, false));
            }
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
            TestCluster.addOrigin(cluster.node(cluster.follower()), 1);

            cluster.kill(cluster.awaitLeader());

            MemberId next = cluster.awaitLeader();
            TestCluster.addOrigin(cluster.node(next), 2);
            assertThat(TestCluster.ports(cluster.node(next))).containsExactly(1, 2);
        }
    }

    @Test
    void aNodeWithoutTlsIsNoMemberAndDisturbsNobody(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            cluster.tls.put(N1, TestTls.of(authority, N1, false));
            cluster.tls.put(N2, TestTls.of(authority, N2, false));
            cluster.peers.keySet().forEach(cluster::start);

            // With the certificates alone it would be a cluster of three.
            await().untilAsserted(() -> assertThat(
                            String.valueOf(cluster.node(N1).status().trouble()))
                    .contains("an answer from [n3]"));
            await().untilAsserted(() -> assertThat(
                            String.valueOf(cluster.node(N3).status().trouble()))
                    .contains("an answer from [n1, n2]"));
            cluster.stop(N3);
            cluster.tls.put(N3, TestTls.of(authority, N3, false));
            cluster.start(N3);
            cluster.awaitFormed();
        }
    }

    /** First all accept both, then TLS alone. */
    @Test
    void aClusterMovesToTlsMemberByMember(@TempDir Path root) throws Exception {
        Map<MemberId, TestTls> both = new HashMap<>();
        Map<MemberId, TestTls> only = new HashMap<>();
        for (MemberId id : new MemberId[] {N1, N2, N3}) {
            both.put(id, TestTls.of(authority, id, true));
            only.put(id, TestTls.of(authority, id, false));
        }
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            int written = 0;
            for (Map<MemberId, TestTls> step : List.of(both, only)) {
                for (MemberId id : cluster.peers.keySet()) {
                    cluster.stop(id);
                    cluster.tls.put(id, requireNonNull(step.get(id)));
                    cluster.start(id);
                    TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), ++written);
                    int expected = written;
                    await().untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(
                                    node -> assertThat(TestCluster.ports(node)).hasSize(expected)));
                }
            }

            for (MemberId id : cluster.peers.keySet()) {
                assertThat(isClosedToPlain(cluster.address(id))).as("%s", id).isTrue();
            }
        }
    }

    @Test
    void strangersAreShownTheDoor(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 1);
                TestAuthority other = new TestAuthority("others")) {
            cluster.tls.put(N1, TestTls.of(authority, N1, false));
            cluster.start(N1);
            cluster.awaitLeader();

            assertThat(isRefused(cluster.address(N1), null))
                    .as("no certificate")
                    .isTrue();
            assertThat(isRefused(cluster.address(N1), TestTls.of(other, authority, N2, false)))
                    .as("a certificate of another cluster")
                    .isTrue();
            assertThat(isRefused(cluster.address(N1), TestTls.of(authority, N2, false)))
                    .as("a certificate of this cluster")
                    .isFalse();
            assertThat(endsWith(new byte[0], cluster.address(N1))).as("silence").isTrue();
            assertThat(endsWith(new byte[] {0x16, 3, 1, 2, 0, 1}, cluster.address(N1)))
                    .as("a handshake that does not go on")
                    .isTrue();
        }
    }

    @Test
    void aMemberSpeaksInItsOwnNameOnly(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            Map<MemberId, TestTls> tls = new HashMap<>();
            for (MemberId id : cluster.peers.keySet()) {
                tls.put(id, TestTls.of(authority, id, false));
                cluster.tls.put(id, requireNonNull(tls.get(id)));
            }
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
            long term = term(cluster);
            String n1 = raftId(cluster, N1);
            ManagedChannel asN2 = channel(cluster.address(N1), requireNonNull(tls.get(N2)));
            try {
                assertThat(vote(asN2, raftId(cluster, N3), n1, term + 1000)).isEqualTo(Status.Code.PERMISSION_DENIED);
                assertThat(vote(asN2, "no id", n1, term + 1000)).isEqualTo(Status.Code.PERMISSION_DENIED);
                // A pre-vote of the present term raises no term, whatever becomes of it.
                assertThat(vote(asN2, raftId(cluster, N2), n1, term)).isEqualTo(Status.Code.OK);

                // The same connection, once its certificate is not accepted any more.
                requireNonNull(tls.get(N1)).expelled = "n2";
                requireNonNull(tls.get(N1)).renew();
                assertThat(vote(asN2, raftId(cluster, N2), n1, term)).isEqualTo(Status.Code.UNAUTHENTICATED);
            } finally {
                asN2.shutdownNow();
            }
            assertThat(term(cluster)).isLessThan(term + 1000);
        }
    }

    /**
     * Also of a connection whose session is resumed: nothing that a member sends counts before both sides have proved
     * that they are live.
     */
    @Test
    void whatAMemberHasSentIsWorthNothingASecondTime(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            for (MemberId id : cluster.peers.keySet()) {
                cluster.tls.put(id, TestTls.of(authority, id, false));
            }
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
            AtomicInteger answered = new AtomicInteger();
            for (MemberId id : List.of(N1, N3)) {
                cluster.node(id).answerMembers((call, request, patience) -> {
                    answered.incrementAndGet();
                    return CompletableFuture.completedFuture(request);
                });
            }
            PeerSecurity n2 = PeerSecurity.of(() -> requireNonNull(cluster.tls.get(N2)));
            List<byte[]> recorded;
            try (Recording recording = new Recording(cluster.address(N1))) {
                for (int connection = 0; connection < 2; connection++) {
                    try (MemberCaller caller = new MemberCaller(n2)) {
                        byte[] question = {1, 2, 3};
                        assertThat(caller.ask(N1, recording.address(), "CanHold", question, TestCluster.PATIENCE)
                                        .toCompletableFuture()
                                        .get(TestCluster.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                                .isEqualTo(question);
                    }
                }
                recorded = recording.sent();
            }
            assertThat(answered).hasValue(2);
            assertThat(recorded).hasSize(2);

            for (byte[] bytes : recorded) {
                for (MemberId to : List.of(N1, N3)) {
                    assertThat(endsWith(bytes, cluster.address(to)))
                            .as("to %s", to)
                            .isTrue();
                }
            }

            assertThat(answered).hasValue(2);
        }
    }

    /** Whether the port ends a connection on which these bytes come. */
    private static boolean endsWith(byte[] bytes, HostPort address) throws IOException {
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout((int) TestCluster.PATIENCE.toMillis());
            socket.getOutputStream().write(bytes);
            byte[] answer = new byte[16 * 1024];
            while (socket.getInputStream().read(answer) >= 0) {
                // The handshake of the server, and its alert.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true; // reset: bytes were left that nobody wanted
        }
    }

    /** It still has a certificate that is good. */
    @Test
    void aMemberThatWasTakenOutIsNotHeardAnyMore(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            for (MemberId id : cluster.peers.keySet()) {
                cluster.tls.put(id, TestTls.of(authority, id, false));
            }
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
            List<MemberId> staying = List.of(N1, N2);
            for (MemberId id : staying) {
                cluster.node(id).answerMembers((call, request, patience) -> CompletableFuture.completedFuture(request));
            }
            TestTls n3 = (TestTls) requireNonNull(cluster.tls.get(N3));
            String former = raftId(cluster, N3);
            try (MemberCaller caller = new MemberCaller(PeerSecurity.of(() -> n3))) {
                for (MemberId id : staying) {
                    await().until(() -> asked(caller, id, cluster.address(id)).isEmpty());
                }

                assertThat(cluster.wish(N1, membership -> membership.remove(N3, Duration.ZERO)))
                        .isInstanceOf(Membership.Result.Done.class);

                for (MemberId id : staying) {
                    String self = raftId(cluster, id);
                    ManagedChannel asN3 = channel(cluster.address(id), n3);
                    try {
                        await().untilAsserted(() -> assertThat(vote(asN3, former, self, term(cluster) + 1000))
                                .isEqualTo(Status.Code.PERMISSION_DENIED));
                    } finally {
                        asN3.shutdownNow();
                    }
                    await().untilAsserted(() -> assertThat(asked(caller, id, cluster.address(id)))
                            .contains("n3 is no member of this cluster"));
                }
            }
        }
    }

    /** What comes of a call to that member; empty: an answer. */
    private static String asked(MemberCaller caller, MemberId to, HostPort address) throws Exception {
        try {
            var unused = caller.ask(to, address, "CanHold", new byte[1], TestCluster.PATIENCE)
                    .toCompletableFuture()
                    .get(TestCluster.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return "";
        } catch (ExecutionException e) {
            return String.valueOf(requireNonNull(e.getCause()).getMessage());
        }
    }

    private static long term(TestCluster cluster) {
        return cluster.node(N1).status().term();
    }

    /** As the folder of the node says. */
    private static String raftId(TestCluster cluster, MemberId id) {
        return Inside.raftId(requireNonNull(cluster.node(id))).toString();
    }

    private static ManagedChannel channel(HostPort to, TestTls tls) {
        return NettyChannelBuilder.forAddress(to.host(), to.port())
                .sslContext(PeerSecurity.of(() -> tls).client())
                .build();
    }

    private static Status.Code vote(ManagedChannel channel, String from, String to, long term) {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8(from))
                        .setReplyId(ByteString.copyFromUtf8(to))
                        .setRaftGroupId(RaftGroupIdProto.newBuilder()
                                .setId(RaftGroupId.randomId().toByteString())))
                .setCandidateTerm(term)
                .setPreVote(true)
                .build();
        try {
            var unused = RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(TestCluster.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .requestVote(request);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            Status.Code code = e.getStatus().getCode();
            // Ratis, which knows no such group, has looked at it.
            return String.valueOf(e.getMessage()).contains("group") ? Status.Code.OK : code;
        }
    }

    /** Whether the port ends a connection instead of beginning HTTP/2, with its settings. */
    private static boolean isRefused(HostPort address, @Nullable TestTls tls) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        TestTls trusting = TestTls.of(authority, N3, false);
        context.init(tls == null ? null : new KeyManager[] {tls.keys()}, new TrustManager[] {trusting.trust()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.host(), address.port())) {
            socket.setSoTimeout((int) TestCluster.PATIENCE.toMillis());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** A server of HTTP/2 would answer with its settings. */
    private static boolean isClosedToPlain(HostPort address) throws IOException {
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout((int) TestCluster.PATIENCE.toMillis());
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            int first = in.read();
            return first < 0 || first == 0x15; // nothing, or an alert of TLS
        }
    }
}
