package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.state.MemberId;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SecretMembersTest {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final AtomicReference<ClusterSecret> secret = new AtomicReference<>(Secrets.of(Secrets.UP));

    private SecretMembers members(MemberId self, AtomicReference<ClusterSecret> of) {
        return new SecretMembers(self, of::get, false, now::get, new SecureRandom());
    }

    private static X509Certificate[] shown(SecretMembers by) {
        String alias = by.keys().chooseEngineServerAlias("EC", null, null);
        X509Certificate @Nullable [] chain = by.keys().getCertificateChain(alias);
        assertThat(chain).hasSize(1);
        assertThat(by.keys().getPrivateKey(alias)).isNotNull();
        return chain;
    }

    @Test
    void membersOfOneSecretKnowEachOther() throws CertificateException {
        SecretMembers one = members(N1, secret);
        SecretMembers two = members(N2, secret);

        two.trust().checkServerTrusted(shown(one), "UNKNOWN");
        one.trust().checkClientTrusted(shown(two), "UNKNOWN");

        assertThat(one.member(shown(two)[0])).isEqualTo(N2);
        assertThat(two.member(shown(one)[0])).isEqualTo(N1);
    }

    @Test
    void theKeyOfTheAuthorityFollowsFromTheSecretAlone() {
        // d = 1 + OS2IP(HKDF-SHA256(secret, "weldr cluster ca v1", 48)) mod (n - 1), and d * G, by Python's integers.
        ECPublicKey key =
                (ECPublicKey) ClusterAuthority.of(Secrets.of(Secrets.UP)).get(0).publicKey();

        assertThat(key.getW().getAffineX())
                .isEqualTo(new BigInteger("8b0f73cc478b43eaf9314cb9383b530d70931fe67f15343f5075285338095ba7", 16));
        assertThat(key.getW().getAffineY())
                .isEqualTo(new BigInteger("52de75366daeca1988d768b180f174035eda7bb4338ffb277c98206da7edd0bc", 16));
    }

    @Test
    void anotherSecretIsRefusedByItsFingerprintAndNothingOfTheSecret() {
        AtomicReference<ClusterSecret> other = new AtomicReference<>(Secrets.of(Secrets.DOWN));
        X509Certificate[] shown = shown(members(N2, other));

        assertThatThrownBy(() -> members(N1, secret).trust().checkServerTrusted(shown, "UNKNOWN"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("n2 is of another secret, fingerprint "
                        + Secrets.of(Secrets.DOWN).fingerprints().get(0))
                .hasMessageContaining(Secrets.of(Secrets.UP).fingerprints().get(0))
                .hasMessageNotContaining(Secrets.UP.substring(0, 8))
                .hasMessageNotContaining(Secrets.DOWN.substring(0, 8));
        assertThat(members(N1, secret).member(shown[0])).isNull();
    }

    @Test
    void theSecretIsReplacedInThreeSteps() throws CertificateException {
        AtomicReference<ClusterSecret> ones = new AtomicReference<>(Secrets.of(Secrets.UP));
        AtomicReference<ClusterSecret> twos = new AtomicReference<>(Secrets.of(Secrets.UP));
        SecretMembers one = members(N1, ones);
        SecretMembers two = members(N2, twos);
        for (String[] step : new String[][] {
            {Secrets.UP, Secrets.DOWN}, // accept the new one
            {Secrets.DOWN, Secrets.UP}, // show it
            {Secrets.DOWN} // accept no other
        }) {
            ones.set(Secrets.of(step));
            two.trust().checkServerTrusted(shown(one), "UNKNOWN");
            one.trust().checkClientTrusted(shown(two), "UNKNOWN");
            twos.set(Secrets.of(step));
            two.trust().checkServerTrusted(shown(one), "UNKNOWN");
            one.trust().checkClientTrusted(shown(two), "UNKNOWN");
        }

        assertThat(one.generation()).isEqualTo(4);
        X509Certificate[] old = shown(members(N2, secret));
        assertThatThrownBy(() -> one.trust().checkClientTrusted(old, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void aCertificateIsRenewedInTheLastThirdOfItsLifeAndNotBefore() {
        SecretMembers members = members(N1, secret);
        X509Certificate first = shown(members)[0];
        assertThat(first.getNotBefore().toInstant()).isEqualTo(START.minus(Duration.ofDays(1)));
        assertThat(first.getNotAfter().toInstant()).isEqualTo(START.plus(Duration.ofDays(30)));

        now.set(START.plus(Duration.ofDays(20)).minusSeconds(1));
        assertThat(shown(members)[0]).isEqualTo(first);

        now.set(START.plus(Duration.ofDays(25)));
        assertThat(shown(members)[0]).isNotEqualTo(first);
        assertThat(members.generation()).isEqualTo(1);
    }

    @Test
    void aHandshakeUnderWayFinishesWithTheCertificateThatItBeganWith() {
        SecretMembers members = members(N1, secret);
        String begun = members.keys().chooseEngineClientAlias(null, null, null);
        now.set(START.plus(Duration.ofDays(25)));
        String next = members.keys().chooseEngineClientAlias(null, null, null);

        assertThat(begun).isNotEqualTo(next);
        assertThat(members.keys().getCertificateChain(begun)).isNotNull();
        assertThat(members.keys().getPrivateKey(begun)).isNotNull();
    }

    @Test
    void clocksMayBeADayApart() throws CertificateException {
        X509Certificate[] shown = shown(members(N2, secret));
        SecretMembers one = members(N1, secret);

        now.set(START.minus(Duration.ofHours(47)));
        one.trust().checkServerTrusted(shown, "UNKNOWN");
        now.set(START.plus(Duration.ofDays(31)).minusSeconds(1));
        one.trust().checkServerTrusted(shown, "UNKNOWN");

        now.set(START.plus(Duration.ofDays(31)).plusSeconds(1));
        assertThatThrownBy(() -> one.trust().checkServerTrusted(shown, "UNKNOWN"))
                .hasMessageContaining("the clock of this node says");
        now.set(START.minus(Duration.ofHours(49)));
        assertThatThrownBy(() -> one.trust().checkServerTrusted(shown, "UNKNOWN"))
                .hasMessageContaining("the clock of this node says");
    }
}
