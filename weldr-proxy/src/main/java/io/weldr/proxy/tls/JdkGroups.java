package io.weldr.proxy.tls;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the JDK the groups that BoringSSL has here: X25519, P-256 and P-384. Of the others that the JDK knows, one
 * costs an event loop tenths of a second for each handshake (ffdhe8192), and the client chooses. Java 17 has no other
 * way to say so for one context. Thread safe.
 */
final class JdkGroups implements AlgorithmConstraints {
    private static final Set<String> REFUSED =
            Set.of("secp521r1", "x448", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192");

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, @Nullable AlgorithmParameters parameters) {
        return !(primitives.contains(CryptoPrimitive.KEY_AGREEMENT)
                && REFUSED.contains(algorithm.toLowerCase(Locale.ROOT)));
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        return true;
    }

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, Key key, @Nullable AlgorithmParameters parameters) {
        return true;
    }
}
