package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PkiMembersTest {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");

    private final OperatorAuthority authority = new OperatorAuthority("operators");
    private Path ones;
    private Path twos;

    @BeforeEach
    void folders(@TempDir Path folder) throws IOException {
        ones = Files.createDirectory(folder.resolve("one"));
        twos = Files.createDirectory(folder.resolve("two"));
    }

    private static X509Certificate[] shown(PkiMembers by) {
        String alias = by.keys().chooseEngineServerAlias("EC", null, null);
        X509Certificate @Nullable [] chain = by.keys().getCertificateChain(alias);
        assertThat(chain).isNotEmpty();
        return chain;
    }

    @Test
    void theNameIsAUriOrTheCommonName() throws IOException, CertificateException {
        PkiMembers one = PkiMembers.open(N1, authority.write(ones, "first.example", "weldr://member/n1"), false);
        PkiMembers two = PkiMembers.open(N2, authority.write(twos, "n2", null), false);

        two.trust().checkServerTrusted(shown(one), "UNKNOWN");
        one.trust().checkClientTrusted(shown(two), "UNKNOWN");

        assertThat(two.member(shown(one)[0])).isEqualTo(N1);
        assertThat(one.member(shown(two)[0])).isEqualTo(N2);
    }

    @Test
    void anotherAuthorityIsRefused() throws IOException {
        PkiMembers one = PkiMembers.open(N1, authority.write(ones, "n1", null), false);
        PkiMembers stranger = PkiMembers.open(N2, new OperatorAuthority("strangers").write(twos, "n2", null), false);

        assertThatThrownBy(() -> one.trust().checkClientTrusted(shown(stranger), "UNKNOWN"))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith("the certificate of n2 is not accepted")
                .hasMessageContaining("ca.pem");
    }

    @Test
    void aCertificateOfAnotherNodeIsRefusedAtTheStart() throws IOException {
        PkiMembers.Sources files = authority.write(ones, "n2", null);

        assertThatThrownBy(() -> PkiMembers.open(N1, files, false))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("it names the member n2 (expected: n1");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedAtTheStart() throws IOException {
        PkiMembers.Sources files = authority.write(ones, "n1", null);
        Files.copy(authority.write(twos, "n1", null).key(), files.key(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> PkiMembers.open(N1, files, false))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("another key");
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        PkiMembers.Sources files = authority.write(ones, "n1", null);

        Files.writeString(files.key(), "no key");
        assertThatThrownBy(() -> PkiMembers.open(N1, files, false)).hasMessageContaining("n1.key");
        Files.writeString(files.certificate(), "");
        assertThatThrownBy(() -> PkiMembers.open(N1, files, false)).hasMessageContaining("n1.pem");
        Files.delete(files.authorities());
        assertThatThrownBy(() -> PkiMembers.open(N1, files, false)).hasMessageContaining("ca.pem\": no such file");
    }

    @Test
    void filesThatChangeAreReadAgainAndWrongOnesChangeNothing() throws IOException {
        PkiMembers one = PkiMembers.open(N1, authority.write(ones, "n1", null), false);
        X509Certificate first = shown(one)[0];
        assertThat(one.reload()).isFalse();
        assertThat(one.generation()).isEqualTo(1);

        Files.writeString(ones.resolve("n1.key"), "no key");
        assertThat(one.reload()).isFalse();
        assertThat(shown(one)[0]).isEqualTo(first);

        authority.write(ones, "n1", null);
        assertThat(one.reload()).isTrue();
        assertThat(shown(one)[0]).isNotEqualTo(first);
        assertThat(one.generation()).isEqualTo(2);
    }
}
