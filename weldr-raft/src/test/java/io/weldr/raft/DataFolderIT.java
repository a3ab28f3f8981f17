package io.weldr.raft;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Verdict;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.OwnAddresses;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data folders that earlier versions wrote: nothing of them is lost, and they go on under the newest cluster version.
 */
class DataFolderIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    @Test
    void aFolderFromBeforeThereWereClusterVersionsOpens() throws Exception {
        unpack("version-0.tar.gz");
        try (TestCluster cluster = new TestCluster(root, 1)) {
            RaftCluster node = cluster.start(N1);
            ClusterState opened = node.state().get();
            assertThat(opened.defaultPool().health().interval()).isEqualTo(Duration.ofMillis(200));
            assertThat(opened.defaultPool().origins())
                    .extracting(origin -> origin.id().value())
                    .containsExactly("six", "origin.example:80", "127.0.0.1:2");
            assertThat(opened.defaultPool().origins())
                    .allMatch(origin -> !origin.verdict().up());
            Origin six = opened.defaultPool().find(new OriginId("six"));
            assertThat(six).isNotNull();
            assertThat(six.weight()).isEqualTo(31);
            assertThat(opened.history()).extracting(Change::kind).contains(Change.Kind.VERDICT);

            cluster.awaitLeader();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED));
            Verdict up = new Verdict(true, Instant.EPOCH, "a test says so");
            TestCluster.acknowledged(
                    node,
                    new Command.RecordVerdict(PoolName.DEFAULT, six.id(), six.generation(), up, null, Instant.EPOCH));
            Origin turned = node.state().get().defaultPool().find(six.id());
            assertThat(turned).isNotNull();
            assertThat(turned.verdict().up()).isTrue();
            assertThat(turned.modified())
                    .as("is the operator's alone from now on")
                    .isEqualTo(six.modified());

            // It goes on from there, with what was added since.
            TestCluster.acknowledged(
                    node,
                    new Command.AddOrigin(
                            PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), true, Instant.EPOCH));
            ClusterState last = node.state().get();
            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            assertThat(again.state().get().defaultPool()).isEqualTo(last.defaultPool());
            assertThat(again.state().get().operatorChanges()).isEqualTo(last.operatorChanges());
            assertThat(again.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED);
        }
    }

    @Test
    void aFolderFromBeforeThereWereRoutesOpens() throws Exception {
        unpack("version-1.tar.gz");
        try (TestCluster cluster = new TestCluster(root, 1)) {
            RaftCluster node = cluster.start(N1);
            ClusterState opened = node.state().get();
            assertThat(opened.version()).isEqualTo(ClusterVersion.HEALTH_APART);
            assertThat(opened.defaultPool().origins())
                    .extracting(origin -> origin.id().value())
                    .containsExactly("six", "origin.example:80", "127.0.0.1:2");
            assertThat(opened.defaultPool().health().interval()).isEqualTo(Duration.ofMillis(200));
            assertThat(opened.defaultPool().settings()).isEqualTo(PoolSettings.DEFAULT);
            assertThat(opened.routes()).isEqualTo(ClusterState.INITIAL.routes());
            assertThat(opened.listeners()).isEqualTo(ClusterState.INITIAL.listeners());

            cluster.awaitLeader();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED));
            PoolName blue = new PoolName("blue");
            TestCluster.acknowledged(
                    node,
                    new Command.PutPool(
                            blue, HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.ABSENT, Instant.EPOCH));
            TestCluster.acknowledged(node, new Command.RemoveRoute(RouteName.DEFAULT, null, 0, Instant.EPOCH));
            ClusterState last = node.state().get();
            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            assertThat(again.state().get().pools()).isEqualTo(last.pools());
            assertThat(again.state().get().routes()).isEmpty();
            assertThat(again.state().get().routing()).isEqualTo(last.routing());
        }
    }

    @Test
    void aFolderFromBeforeThereWereCertificatesOpens() throws Exception {
        unpack("version-2.tar.gz");
        try (TestCluster cluster = new TestCluster(root, 1)) {
            RaftCluster node = cluster.start(N1);
            ClusterState opened = node.state().get();
            assertThat(opened.version()).isEqualTo(ClusterVersion.RESOURCES);
            assertThat(opened.pools().keySet()).extracting(PoolName::value).containsExactly("blue", "default", "green");
            assertThat(requireNonNull(opened.pool(new PoolName("blue"))).settings())
                    .isEqualTo(PoolSettings.builder()
                            .balancing(Balancing.hash(RequestKey.CLIENT_ADDRESS))
                            .slowStart(Duration.ofSeconds(8))
                            .build());
            assertThat(opened.listeners().keySet())
                    .extracting(ListenerName::value)
                    .containsExactly("bytes", "default", "edge");
            assertThat(opened.routes().keySet()).extracting(RouteName::value).containsExactly("shop");
            assertThat(opened.certificates()).isEmpty();
            assertThat(opened.accounts()).isEmpty();

            cluster.awaitLeader();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED));
            node.announce(
                    requireNonNull(node.state().get().members().get(N1)), new NodeRules(OwnAddresses.ANNOUNCED, true));
            IssuedChain issued = new IssuedChain(
                    "pem",
                    Sealed.of(new byte[] {1}),
                    List.of("a.example"),
                    Instant.EPOCH,
                    Instant.EPOCH.plusSeconds(1),
                    "EC P-256",
                    "1",
                    "2");
            Certificate certificate = Certificate.given(new CertificateName("shop"), issued);
            TestCluster.acknowledged(node, new Command.PutCertificate(certificate, Condition.ABSENT, Instant.EPOCH));
            ClusterState last = node.state().get();
            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            assertThat(again.state().get().certificates())
                    .isEqualTo(last.certificates())
                    .hasSize(1);
            assertThat(again.state().get().routes()).isEqualTo(last.routes());
        }
    }

    @Test
    void aFolderFromBeforeThereWereTokensAndActorsOpens() throws Exception {
        unpack("version-4.tar.gz");
        try (TestCluster cluster = new TestCluster(root, 1)) {
            RaftCluster node = cluster.start(N1);
            ClusterState opened = node.state().get();
            assertThat(opened.version()).isEqualTo(ClusterVersion.MEMBERS_APART);
            assertThat(opened.defaultPool().find(new OriginId("six"))).isNotNull();
            assertThat(opened.certificates().keySet())
                    .extracting(CertificateName::value)
                    .containsExactly("shop");
            assertThat(opened.listeners().keySet())
                    .extracting(ListenerName::value)
                    .containsExactly("default", "edge");
            assertThat(opened.tokens()).isEmpty();
            assertThat(opened.history()).isNotEmpty().allMatch(change -> change.by() == null);

            cluster.awaitLeader();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED));
            Token token = Token.named(
                    new TokenName("ci"),
                    Role.VIEWER,
                    new TreeSet<>(),
                    TokenText.of(new byte[TokenText.RANDOM_BYTES]).hash(),
                    null);
            TestCluster.acknowledged(node, new Command.PutToken(token, Instant.EPOCH));
            ClusterState last = node.state().get();
            Change made = last.operatorChanges().get(last.operatorChanges().size() - 1);
            assertThat(made.by()).isEqualTo(Attribution.of(Actor.node(N1)));
            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            assertThat(again.state().get().tokens()).isEqualTo(last.tokens()).hasSize(1);
            assertThat(again.state().get().operatorChanges()).isEqualTo(last.operatorChanges());
        }
    }

    @Test
    void aFolderFromBeforeVerdictsNamedTheirTermOpens() throws Exception {
        unpack("version-5.tar.gz");
        try (TestCluster cluster = new TestCluster(root, 1)) {
            RaftCluster node = cluster.start(N1);
            ClusterState opened = node.state().get();
            assertThat(opened.version()).isEqualTo(ClusterVersion.TOKENS);
            assertThat(opened.tokens().keySet()).extracting(TokenName::value).containsExactly("ci");
            Origin six = requireNonNull(opened.defaultPool().find(new OriginId("six")));
            assertThat(six.weight()).isEqualTo(31);
            assertThat(six.verdict().up()).isTrue();

            cluster.awaitLeader();
            long term = node.status().term();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.state().get().version()).isEqualTo(ClusterVersion.SUPPORTED));
            Verdict down = new Verdict(false, Instant.EPOCH, "a test says so");
            for (long named : new long[] {term - 1, term}) {
                TestCluster.acknowledged(
                        node,
                        new Command.RecordVerdict(
                                PoolName.DEFAULT, six.id(), six.generation(), down, named, Instant.EPOCH));
                assertThat(requireNonNull(node.state().get().defaultPool().find(six.id()))
                                .verdict()
                                .up())
                        .as("up in term %s, after a verdict of term %s", term, named)
                        .isEqualTo(named != term);
            }
        }
    }

    private void unpack(String archive) throws Exception {
        Path folder = Files.createDirectories(root.resolve(N1.value()));
        Path file = Path.of(
                DataFolderIT.class.getResource("/data-folders/" + archive).toURI());
        Process tar = new ProcessBuilder("tar", "-xzf", file.toString(), "-C", folder.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(tar.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(tar.exitValue())
                .as(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isZero();
    }
}
