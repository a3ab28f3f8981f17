package io.weldr.core.certificate;

import io.weldr.core.Check;
import java.time.Instant;
import java.util.List;

/**
 * A chain of certificates with its private key, and what is read from the first of them.
 *
 * @param chain PEM, the certificate of the hosts first, each signed by the next
 * @param key PKCS#8, sealed for {@link KeyOwner#of(CertificateName)}
 * @param hosts DNS names that it is for, lower case, {@code *.example.com} among them, and IP addresses
 * @param keyType as people say it: {@code EC P-256}
 * @param serial in hex, lower case
 * @param fingerprint SHA-256 of the certificate, in hex, lower case
 */
public record IssuedChain(
        String chain,
        Sealed key,
        List<String> hosts,
        Instant notBefore,
        Instant notAfter,
        String keyType,
        String serial,
        String fingerprint) {
    /** Ten certificates of RSA 4096 with many names. 256 of them take 16 MiB of a snapshot. */
    public static final int CHAIN_CHARS_MAX = 64 * 1024;

    /** As many as public certificate authorities take. */
    public static final int HOSTS_MAX = 100;

    public IssuedChain {
        Check.atMost("chain", chain.length(), CHAIN_CHARS_MAX);
        hosts = List.copyOf(hosts);
        Check.atMost("hosts of the certificate", hosts.size(), HOSTS_MAX);
        Check.that(notBefore.isBefore(notAfter), "notAfter", notAfter, "an instant after notBefore, " + notBefore);
    }

    /** Whether both hold the same certificates; the same key may be sealed in many ways. */
    public boolean sameChain(IssuedChain other) {
        return chain.equals(other.chain);
    }

    @Override
    public String toString() {
        return "serial " + serial + " until " + notAfter;
    }
}
