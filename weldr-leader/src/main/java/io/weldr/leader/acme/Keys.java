package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeSettings.KeyType;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.List;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.util.CSRBuilder;

/** Private keys: made, read again from the log, and used for a request. Any thread. */
final class Keys {
    /** Of accounts: every authority takes it, and its signatures cost little. */
    static final KeyType ACCOUNT = KeyType.EC_P256;

    private static final int P256_BITS = 256;
    private static final int P384_BITS = 384;
    private static final int RSA_SHORT_BITS = 2048;
    private static final int RSA_LONG_BITS = 4096;

    private Keys() {}

    /** A new one. RSA of 4096 bits takes seconds. */
    static KeyPair generate(KeyType type) {
        return switch (type) {
            case EC_P256 -> generate("EC", new ECGenParameterSpec(curve(P256_BITS)));
            case EC_P384 -> generate("EC", new ECGenParameterSpec(curve(P384_BITS)));
            case RSA_2048 -> generate("RSA", new RSAKeyGenParameterSpec(RSA_SHORT_BITS, RSAKeyGenParameterSpec.F4));
            case RSA_4096 -> generate("RSA", new RSAKeyGenParameterSpec(RSA_LONG_BITS, RSAKeyGenParameterSpec.F4));
        };
    }

    private static KeyPair generate(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make keys of " + algorithm, e);
        }
    }

    private static String curve(int bits) {
        return "secp" + bits + "r1";
    }

    /**
     * A key pair of its private key.
     *
     * @param pkcs8 as {@link #generate} made it
     * @throws GeneralSecurityException it is no key of EC or RSA
     */
    static KeyPair read(byte[] pkcs8) throws GeneralSecurityException {
        PrivateKey key = privateKey(pkcs8);
        if (key instanceof ECPrivateKey elliptic) {
            return new KeyPair(publicKey(elliptic), elliptic);
        }
        RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) key;
        return new KeyPair(
                KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())),
                rsa);
    }

    private static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(pkcs8);
        try {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        } catch (InvalidKeySpecException e) {
            PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(encoded);
            if (key instanceof RSAPrivateCrtKey) {
                return key;
            }
            throw new InvalidKeySpecException("a key of RSA without its public exponent", e);
        }
    }

    /** The JDK has no way from the one to the other. */
    private static PublicKey publicKey(ECPrivateKey key) throws GeneralSecurityException {
        X9ECParameters curve = CustomNamedCurves.getByName(
                curve(key.getParams().getCurve().getField().getFieldSize()));
        if (curve == null) {
            throw new InvalidKeySpecException("a key of an unknown curve (expected: P-256 or P-384)");
        }
        org.bouncycastle.math.ec.ECPoint point =
                curve.getG().multiply(key.getS()).normalize();
        ECPoint same = new ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(same, key.getParams()));
    }

    /** Of which sort a key is; null: of none that weldr makes. */
    static @Nullable KeyType type(PublicKey key) {
        if (key instanceof ECPublicKey elliptic) {
            int bits = elliptic.getParams().getCurve().getField().getFieldSize();
            return bits == P256_BITS ? KeyType.EC_P256 : bits == P384_BITS ? KeyType.EC_P384 : null;
        }
        if (key instanceof RSAPublicKey rsa) {
            BigInteger modulus = rsa.getModulus();
            return modulus.bitLength() == RSA_SHORT_BITS
                    ? KeyType.RSA_2048
                    : modulus.bitLength() == RSA_LONG_BITS ? KeyType.RSA_4096 : null;
        }
        return null;
    }

    /** A request for a certificate (RFC 2986) of these hosts, signed by the key that it is for. */
    static byte[] request(List<String> hosts, KeyPair key) {
        CSRBuilder builder = new CSRBuilder();
        builder.addDomains(hosts);
        try {
            builder.sign(key);
            return builder.getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("no request could be made for " + hosts, e);
        }
    }
}
