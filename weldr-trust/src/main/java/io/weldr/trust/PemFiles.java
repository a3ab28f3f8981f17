package io.weldr.trust;

import io.weldr.core.Check;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/**
 * Reads files of certificates and of keys. Errors name the file and show nothing of a key.
 *
 * @param what begins each error: what the file is for
 */
record PemFiles(String what) {
    /** Of each file: some hundred certificates. Anything longer is another file. */
    private static final int BYTES_MAX = 1 << 20;

    byte[] read(Path file) throws SecretException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw refused(file, "more than " + BYTES_MAX + " bytes", "a file of certificates or of a key, PEM");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw refused(file, "no such file", "a file of certificates or of a key, PEM");
        } catch (SecretException e) {
            throw e;
        } catch (IOException e) {
            throw new SecretException(where(file) + "cannot be read: " + e.getMessage(), e);
        }
    }

    List<X509Certificate> certificates(Path file, byte[] bytes) throws SecretException {
        try {
            List<X509Certificate> all = new ArrayList<>();
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                all.add((X509Certificate) certificate);
            }
            if (all.isEmpty()) {
                throw refused(file, "it holds no certificate", "at least one, PEM");
            }
            return all;
        } catch (CertificateException e) {
            throw new SecretException(where(file) + "is no file of certificates: " + e.getMessage(), e);
        }
    }

    PrivateKey privateKey(Path file, byte[] bytes) throws SecretException {
        try (PEMParser parser = new PEMParser(new StringReader(new String(bytes, StandardCharsets.ISO_8859_1)))) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof PEMKeyPair pair) {
                    return key(pair.getPrivateKeyInfo());
                }
                if (part instanceof PrivateKeyInfo info) {
                    return key(info);
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The cause might show what the file holds.
            throw refused(file, "no key that can be read", "a private key without a password, PEM");
        }
        throw refused(file, "it holds no private key", "one without a password, PEM");
    }

    /** By the JDK alone: BouncyCastle's converter asks for an algorithm by a name that the JDK has not. */
    private static PrivateKey key(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
        ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
        String name = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
                ? "EC"
                : algorithm.equals(PKCSObjectIdentifiers.rsaEncryption) ? "RSA" : "EdDSA";
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }

    /** A key of another certificate would be noticed by the other members only, at each handshake. */
    void requirePair(Path certificateFile, Path keyFile, PrivateKey key, X509Certificate certificate)
            throws SecretException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        byte[] text = "weldr".getBytes(StandardCharsets.US_ASCII);
        boolean fits;
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            fits = verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            fits = false;
        }
        if (!fits) {
            throw refused(keyFile, "another key", "that of the first certificate in " + certificateFile);
        }
    }

    String where(Path file) {
        return what + Check.quote(file) + ": ";
    }

    SecretException refused(Path file, String found, String expected) {
        return new SecretException(where(file) + found + " (expected: " + expected + ")");
    }
}
