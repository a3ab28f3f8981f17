package io.weldr.core.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys of RSA and of elliptic curves: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 appendix A.1.2) and SEC 1 (RFC
 * 5915). Java reads the first alone; the others are put into its envelope. No message shows what a key holds. Pure.
 */
final class PrivateKeys {
    private static final String NAME = "privateKey";
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String PKCS8_ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final String PKCS1 = "RSA PRIVATE KEY";
    private static final String SEC1 = "EC PRIVATE KEY";
    /** What {@code openssl ecparam -genkey} writes before the key. The key says the same. */
    private static final String SEC1_PARAMETERS = "EC PARAMETERS";

    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};
    private static final byte[] NULL = {Der.NULL, 0};
    private static final byte[] RSA_ENCRYPTION = identifier("2a864886f70d010101");
    private static final byte[] EC_PUBLIC_KEY = identifier("2a8648ce3d0201");

    private static final String EXPECTED =
            "one private key of RSA or EC in PEM: PKCS#8, PKCS#1 or SEC 1, without passphrase";

    private PrivateKeys() {}

    private static byte[] identifier(String hex) {
        return Der.value(Der.OBJECT_IDENTIFIER, HexFormat.of().parseHex(hex));
    }

    /**
     * The one key of a PEM text.
     *
     * @throws IllegalArgumentException there is no such key
     */
    static PrivateKey read(String pem) {
        List<Pem.Block> blocks = Pem.read(NAME, Pem.Kind.PRIVATE_KEY, pem).stream()
                .filter(block -> !block.label().equals(SEC1_PARAMETERS))
                .toList();
        if (blocks.size() != 1) {
            throw refused("the blocks " + blocks, EXPECTED + "; to take it out: openssl pkey -in FILE -out KEY.pem");
        }
        Pem.Block block = blocks.get(0);
        if (block.encrypted() || block.label().equals(PKCS8_ENCRYPTED)) {
            throw refused(
                    "a key that is encrypted with a passphrase",
                    "a key without one; to remove it: openssl pkey -in FILE -out KEY.pem");
        }
        return switch (block.label()) {
            case PKCS8 -> read(block.bytes());
            case PKCS1 -> decoded("RSA", envelope(RSA_ENCRYPTION, NULL, block.bytes()));
            case SEC1 -> decoded("EC", envelope(EC_PUBLIC_KEY, curve(block.bytes()), block.bytes()));
            default -> throw refused("a block " + block.label(), EXPECTED);
        };
    }

    /** The key of PKCS#8 bytes. */
    static PrivateKey read(byte[] pkcs8) {
        byte[] algorithm = algorithm(pkcs8);
        if (algorithm != null && java.util.Arrays.equals(algorithm, content(RSA_ENCRYPTION))) {
            return decoded("RSA", pkcs8);
        }
        if (algorithm != null && java.util.Arrays.equals(algorithm, content(EC_PUBLIC_KEY))) {
            return decoded("EC", pkcs8);
        }
        throw refused(algorithm == null ? "no key in PKCS#8" : "a key of another algorithm than RSA and EC", EXPECTED);
    }

    private static byte[] content(byte[] identifier) {
        return java.util.Arrays.copyOfRange(identifier, 2, identifier.length);
    }

    /** The identifier of the algorithm of a key in PKCS#8, without tag and length. */
    private static byte @Nullable [] algorithm(byte[] pkcs8) {
        Der.Reader key = new Der.Reader(pkcs8).next(Der.SEQUENCE);
        if (key == null || key.next(Der.INTEGER) == null) {
            return null;
        }
        Der.Reader algorithm = key.next(Der.SEQUENCE);
        Der.Reader identifier = algorithm == null ? null : algorithm.next(Der.OBJECT_IDENTIFIER);
        return identifier == null ? null : identifier.rest();
    }

    /** PKCS#8 around a key. */
    private static byte[] envelope(byte[] algorithm, byte[] parameters, byte[] key) {
        return Der.value(
                Der.SEQUENCE,
                VERSION_0,
                Der.value(Der.SEQUENCE, algorithm, parameters),
                Der.value(Der.OCTET_STRING, key));
    }

    /** The identifier of the curve of a key in SEC 1, which is optional there and not in PKCS#8. */
    private static byte[] curve(byte[] sec1) {
        Der.Reader key = new Der.Reader(sec1).next(Der.SEQUENCE);
        if (key == null || key.next(Der.INTEGER) == null || key.next(Der.OCTET_STRING) == null) {
            throw refused("a block " + SEC1 + " that holds no such key", EXPECTED);
        }
        Der.Reader parameters = key.next(Der.CONTEXT_0);
        if (parameters == null || parameters.tag() != Der.OBJECT_IDENTIFIER) {
            throw refused(
                    "an EC key that does not name its curve",
                    "one that does; to convert it: openssl pkey -in FILE -ec_param_enc named_curve -out KEY.pem");
        }
        return parameters.rest();
    }

    private static PrivateKey decoded(String algorithm, byte[] pkcs8) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            // The message of the cause may quote bytes of the key.
            throw refused("a key of " + algorithm + " that cannot be read", EXPECTED);
        }
    }

    static IllegalArgumentException refused(String found, String expected) {
        return new IllegalArgumentException(NAME + ": " + found + " (expected: " + expected + ")");
    }
}
