package io.weldr.proxy;

import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.TicketKeys;
import io.weldr.core.port.TicketKeys.TicketKey;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.TestCa;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The certificates of a cluster as a test has them, and the secret that opens their keys. */
final class TestTls {
    /** Stories that are not about one of them can be told with both: {@code -Dproxy.tls=jdk}. */
    static final TlsLibrary LIBRARY =
            TlsLibrary.valueOf(System.getProperty("proxy.tls", "auto").toUpperCase(Locale.ROOT));

    final Map<CertificateName, Certificate> certificates = new ConcurrentHashMap<>();
    private final String secret;

    TestTls(String secret) {
        this.secret = secret;
    }

    /** Settings of a node of a cluster with these certificates and that secret. */
    UnaryOperator<ProxySettings.Builder> settings() {
        return settings -> settings.tlsLibrary(LIBRARY).keySeal(seal()).ticketKeys(ticketKeys());
    }

    /** Shared by all who have the same secret. */
    TicketKeys ticketKeys() {
        return (policy, now) ->
                List.of(new TicketKey(bytes("name " + policy), bytes("hmac " + policy), bytes("aes " + policy)));
    }

    private byte[] bytes(String what) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((secret + what).getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest, 16);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Seals by doing nothing, and opens nothing of another owner. */
    private static KeySeal seal() {
        return new KeySeal() {
            @Override
            public Sealed seal(KeyOwner owner, byte[] key) {
                byte[] text = owner.text().getBytes(StandardCharsets.UTF_8);
                byte[] all = Arrays.copyOf(text, text.length + 1 + key.length);
                System.arraycopy(key, 0, all, text.length + 1, key.length);
                return Sealed.of(all);
            }

            @Override
            public byte[] open(KeyOwner owner, Sealed sealed) {
                byte[] text = owner.text().getBytes(StandardCharsets.UTF_8);
                byte[] all = sealed.bytes();
                if (Arrays.mismatch(all, text) != text.length) {
                    throw new IllegalArgumentException("the key was sealed for another owner");
                }
                return Arrays.copyOfRange(all, text.length + 1, all.length);
            }

            @Override
            public boolean hasSecret() {
                return true;
            }
        };
    }

    /** What an operator gives. */
    TestTls put(String name, TestCa.Issued issued, String... hosts) {
        return put(
                name,
                issued.pem(),
                issued.key().getEncoded(),
                issued.certificate().getNotAfter().toInstant(),
                hosts);
    }

    /** The same, with a chain and a key that need not go together. */
    TestTls put(String name, String chain, byte[] key, Instant notAfter, String... hosts) {
        CertificateName named = new CertificateName(name);
        Sealed sealed = seal().seal(KeyOwner.of(named), key);
        IssuedChain chained =
                new IssuedChain(chain, sealed, List.of(hosts), Instant.EPOCH, notAfter, "EC P-256", "01", "00");
        return put(Certificate.given(named, chained));
    }

    /** What ACME has yet to issue. */
    TestTls ordered(String name, String... hosts) {
        AcmeSettings settings = new AcmeSettings(
                List.of(hosts),
                "https://ca.example/directory",
                "ops@example.com",
                AcmeSettings.KeyType.EC_P256,
                AcmeSettings.Challenge.HTTP_01,
                null);
        return put(Certificate.obtained(new CertificateName(name), settings));
    }

    private TestTls put(Certificate certificate) {
        certificates.put(certificate.name(), certificate);
        return this;
    }

    /** A proxy of that cluster. */
    TestProxy proxy(RawOrigin... origins) {
        return publish(TestProxy.with(settings(), origins));
    }

    /** Writes into the state what has changed, and waits until the proxy has loaded it. */
    TestProxy publish(TestProxy proxy) {
        certificates
                .values()
                .forEach(each -> proxy.publish(new Command.PutCertificate(each, Condition.NONE, Instant.EPOCH)));
        proxy.server.awaitRouting();
        return proxy;
    }
}
