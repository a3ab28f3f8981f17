package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.state.Actor;
import io.weldr.core.state.MemberId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who the API takes for whom, and whom clients take for the API. */
class SecretApiTest {
    private static final MemberId N1 = new MemberId("n1");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ClusterSecret SECRET = secret(1);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final SecretMembers members = new SecretMembers(N1, () -> SECRET, false, () -> now, RANDOM);
    private final SecretApi api =
            new SecretApi(N1, members, () -> List.of("lb.example", "192.0.2.1", "::1"), () -> now, RANDOM);

    private static ClusterSecret secret(int fill) {
        byte[] bytes = new byte[ClusterSecret.BYTES];
        bytes[0] = (byte) fill;
        return new ClusterSecret(List.of(bytes));
    }

    private static X509Certificate[] shown(X509ExtendedKeyManager by) {
        String alias = by.chooseEngineServerAlias("EC", null, null);
        X509Certificate @Nullable [] chain = by.getCertificateChain(alias);
        assertThat(chain).isNotEmpty();
        return chain;
    }

    @Test
    void anAdministratorWithTheSecretIsKnownForMinutes() throws CertificateException {
        SecretClient alice = SecretClient.of(SECRET, "alice", () -> now, RANDOM);
        X509Certificate[] chain = shown(alice.keys());
        api.trust().checkClientTrusted(chain, "UNKNOWN");
        assertThat(api.client(chain[0])).isEqualTo(Actor.certificate("alice"));
        alice.trust().checkServerTrusted(shown(api.keys()), "UNKNOWN");
        now = now.plus(Duration.ofMinutes(11));
        assertThatThrownBy(() -> api.trust().checkClientTrusted(chain, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
        assertThat(api.client(chain[0])).isNull(); // on a connection that stood before, too
    }

    @Test
    void aMemberIsKnownAsANode() throws CertificateException {
        SecretMembers other = new SecretMembers(new MemberId("n2"), () -> SECRET, false, () -> now, RANDOM);
        X509Certificate[] chain = shown(other.keys());
        api.trust().checkClientTrusted(chain, "UNKNOWN");
        assertThat(api.client(chain[0])).isEqualTo(Actor.node(new MemberId("n2")));
    }

    @Test
    void anotherSecretIsRefusedOnBothSides() {
        SecretClient stranger = SecretClient.of(secret(2), "alice", () -> now, RANDOM);
        assertThatThrownBy(() -> api.trust().checkClientTrusted(shown(stranger.keys()), "UNKNOWN"))
                .hasMessageContaining("another secret");
        assertThatThrownBy(() -> stranger.trust().checkServerTrusted(shown(api.keys()), "UNKNOWN"))
                .hasMessageContaining("another secret");
        assertThat(api.client(shown(stranger.keys())[0])).isNull();
    }

    /** Neither opens the Raft port, and the certificate of the API makes nobody a client of the API. */
    @Test
    void aCertificateIsGoodForOneThing() {
        X509Certificate[] administrator =
                shown(SecretClient.of(SECRET, "alice", () -> now, RANDOM).keys());
        assertThatThrownBy(() -> members.trust().checkClientTrusted(administrator, "UNKNOWN"))
                .hasMessageContaining("names no member");
        assertThatThrownBy(() -> members.trust().checkClientTrusted(shown(api.keys()), "UNKNOWN"))
                .hasMessageContaining("names no member");
        assertThatThrownBy(() -> api.trust().checkClientTrusted(shown(api.keys()), "UNKNOWN"))
                .hasMessageContaining("neither a member nor an administrator");
        SecretClient bob = SecretClient.of(SECRET, "bob", () -> now, RANDOM);
        assertThatThrownBy(() -> bob.trust().checkServerTrusted(administrator, "UNKNOWN"))
                .hasMessageContaining("names no node");
    }

    /** As curl and browsers check it, who know the authority alone. */
    @Test
    void theAuthorityAloneVouchesForTheNodeByItsNames() throws Exception {
        String pem = SecretClient.authorities(SECRET, RANDOM);
        assertThat(pem.lines().filter(line -> line.startsWith("-----BEGIN"))).hasSize(1);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        now = Instant.now(); // the Java platform looks at its own clock
        X509Certificate[] chain = shown(api.keys());
        ((X509TrustManager) factory.getTrustManagers()[0]).checkServerTrusted(chain, "ECDHE_ECDSA");
        assertThat(chain[0].getSubjectAlternativeNames().toString())
                .contains("lb.example", "192.0.2.1", "0:0:0:0:0:0:0:1", "weldr://api/n1");
    }

    @Test
    void theCertificateOfTheApiIsRenewed() {
        X509Certificate first = shown(api.keys())[0];
        now = now.plus(Duration.ofDays(15));
        assertThat(shown(api.keys())[0]).isEqualTo(first);
        now = now.plus(Duration.ofDays(14));
        X509Certificate second = shown(api.keys())[0];
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
    }
}
