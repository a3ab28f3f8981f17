package io.weldr.core.testkit;

import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Certificates that nobody presents: their chains are texts, and their keys open nothing. */
public final class SampleCertificates {
    /** Of an authority that is nowhere. */
    public static final String DIRECTORY = "https://acme.test/directory";

    private SampleCertificates() {}

    /** A chain for these hosts. Other serials are other chains. */
    public static IssuedChain issued(String serial, String... hosts) {
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        return new IssuedChain(
                "-----BEGIN CERTIFICATE-----\n" + serial + "\n-----END CERTIFICATE-----\n",
                sealed(serial),
                List.of(hosts),
                from,
                from.plus(Duration.ofDays(90)),
                "EC P-256",
                serial,
                "ab".repeat(32));
    }

    /** The same chain, with its key sealed in another way. */
    public static IssuedChain sealedAnew(IssuedChain issued, String as) {
        return new IssuedChain(
                issued.chain(),
                sealed(as),
                issued.hosts(),
                issued.notBefore(),
                issued.notAfter(),
                issued.keyType(),
                issued.serial(),
                issued.fingerprint());
    }

    /** As if it were sealed. */
    public static Sealed sealed(String text) {
        return Sealed.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** To be obtained for these hosts. */
    public static AcmeSettings acme(String... hosts) {
        return new AcmeSettings(
                List.of(hosts),
                DIRECTORY,
                "ops@example.com",
                AcmeSettings.KeyType.EC_P256,
                AcmeSettings.Challenge.HTTP_01,
                null);
    }

    /** As an operator gives it, for one host. */
    public static Certificate given(String name, String host) {
        return Certificate.given(new CertificateName(name), issued("01", host));
    }
}
