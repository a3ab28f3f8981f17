package io.weldr.core.tls;

import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.List;

/**
 * A chain that was checked, with its private key in the clear, on its way to be sealed. Nobody keeps it.
 *
 * @param chain PEM in the one form that {@link Pem#write} gives, without the root
 * @param key its encoding is PKCS#8
 * @param warnings what is odd about the chain, though it can be presented; for people
 */
public record KeyedChain(
        String chain,
        PrivateKey key,
        List<String> hosts,
        Instant notBefore,
        Instant notAfter,
        String keyType,
        String serial,
        String fingerprint,
        List<String> warnings) {
    public KeyedChain {
        hosts = List.copyOf(hosts);
        warnings = List.copyOf(warnings);
    }

    /**
     * As the log holds it.
     *
     * @param sealed the same key
     */
    public IssuedChain with(Sealed sealed) {
        return new IssuedChain(chain, sealed, hosts, notBefore, notAfter, keyType, serial, fingerprint);
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "serial " + serial + " until " + notAfter;
    }
}
