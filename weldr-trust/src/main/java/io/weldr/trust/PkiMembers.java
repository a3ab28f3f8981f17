package io.weldr.trust;

import io.weldr.core.Check;
import io.weldr.core.port.MemberTls;
import io.weldr.core.state.MemberId;
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
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members that know each other by the certificates of an authority of their operator's own. A certificate names the
 * node by a URI, {@code weldr://member/ID}, or by its common name. The files are read again by {@link #reload}; what
 * cannot be used changes nothing. Thread safe.
 */
public final class PkiMembers implements MemberTls {
    private static final Logger LOG = LoggerFactory.getLogger(PkiMembers.class);

    /** Of each file: some hundred certificates. Anything longer is another file. */
    private static final int BYTES_MAX = 1 << 20;

    private final MemberId self;
    private final Sources files;
    private final boolean plainToo;
    private final OwnKey keys = new OwnKey(() -> loaded().entry());
    private final MemberTrust trust = new MemberTrust(this::check);
    private volatile Loaded loaded;
    private String trouble = ""; // that was logged last; guarded by this

    /**
     * Where the files are.
     *
     * @param certificate of this node, then those of the authorities between it and one of {@code authorities}; PEM
     * @param key of the first certificate; PEM, without a password
     * @param authorities whom members believe; PEM
     */
    public record Sources(Path certificate, Path key, Path authorities) {}

    /** What the files hold. */
    private record Loaded(String digest, OwnKey.Entry entry, X509TrustManager authorities, long generation) {}

    private PkiMembers(MemberId self, Sources files, boolean plainToo, Loaded loaded) {
        this.self = self;
        this.files = files;
        this.plainToo = plainToo;
        this.loaded = loaded;
    }

    /**
     * Reads the files for the first time. Blocks for as long as the disk takes.
     *
     * @param plainToo see {@link MemberTls#plainToo}
     */
    public static PkiMembers open(MemberId self, Sources files, boolean plainToo) throws SecretException {
        return new PkiMembers(self, files, plainToo, load(self, files, 1));
    }

    @Override
    public X509ExtendedKeyManager keys() {
        return keys;
    }

    @Override
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    @Override
    public long generation() {
        return loaded().generation();
    }

    @Override
    public boolean plainToo() {
        return plainToo;
    }

    /**
     * Who was accepted when it connected is not looked at again: its intermediate authorities are not at hand any more.
     */
    @Override
    public @Nullable MemberId member(X509Certificate certificate) {
        return MemberNames.of(certificate);
    }

    private Loaded loaded() {
        return loaded;
    }

    /**
     * Reads the files again, and says in the log what came of it. A trouble that lasts is said once. Blocks for as long
     * as the disk takes.
     *
     * @return whether they have changed
     */
    public synchronized boolean reload() {
        Loaded next;
        try {
            next = load(self, files, loaded.generation() + 1);
        } catch (SecretException e) {
            String now = String.valueOf(e.getMessage());
            if (!now.equals(trouble)) {
                LOG.warn("{}; the node goes on with the certificate that it has, and looks again", now);
            }
            trouble = now;
            return false;
        }
        trouble = "";
        if (next.digest().equals(loaded.digest())) {
            return false;
        }
        LOG.info(
                "The certificate of this node for other members was read again from {}: good until {}",
                files.certificate(),
                next.entry().chain().get(0).getNotAfter().toInstant());
        loaded = next;
        return true;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        MemberId named = MemberNames.of(chain[0]);
        String who = named == null ? "the certificate" : "the certificate of " + named;
        try {
            // As a client: whoever may be a client of members is one, and may answer them, too.
            loaded().authorities().checkClientTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            throw new CertificateException(
                    who + " is not accepted: " + e.getMessage() + " (expected: one of an authority in "
                            + files.authorities() + ", for TLS clients)",
                    e);
        }
        if (named == null) {
            throw new CertificateException(
                    "the certificate names no member (expected: " + MemberNames.URI + "ID, or its ID as common name)");
        }
    }

    private static Loaded load(MemberId self, Sources files, long number) throws SecretException {
        byte[] certificate = read(files.certificate());
        byte[] key = read(files.key());
        byte[] authorities = read(files.authorities());
        List<X509Certificate> chain = certificates(files.certificate(), certificate);
        MemberId named = MemberNames.of(chain.get(0));
        if (!self.equals(named)) {
            throw refused(
                    files.certificate(),
                    named == null ? "it names no member" : "it names the member " + named,
                    self + ", as " + MemberNames.URI + self + " or as common name");
        }
        PrivateKey privateKey = privateKey(files.key(), key);
        requirePair(files, privateKey, chain.get(0));
        MessageDigest digest = sha256();
        for (byte[] file : List.of(certificate, key, authorities)) {
            digest.update(Integer.toString(file.length).getBytes(StandardCharsets.US_ASCII));
            digest.update(file);
        }
        return new Loaded(
                HexFormat.of().formatHex(digest.digest()),
                new OwnKey.Entry(number, privateKey, chain),
                trusting(files.authorities(), certificates(files.authorities(), authorities)),
                number);
    }

    private static byte[] read(Path file) throws SecretException {
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

    private static List<X509Certificate> certificates(Path file, byte[] bytes) throws SecretException {
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

    private static PrivateKey privateKey(Path file, byte[] bytes) throws SecretException {
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
    private static void requirePair(Sources files, PrivateKey key, X509Certificate certificate) throws SecretException {
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
            throw refused(files.key(), "another key", "that of the first certificate in " + files.certificate());
        }
    }

    private static X509TrustManager trusting(Path file, List<X509Certificate> authorities) throws SecretException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            TrustManager[] managers = factory.getTrustManagers();
            return (X509TrustManager) Arrays.stream(managers)
                    .filter(X509TrustManager.class::isInstance)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("this Java has no trust manager for certificates"));
        } catch (GeneralSecurityException | IOException e) {
            throw new SecretException(where(file) + "cannot be used: " + e.getMessage(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }

    private static String where(Path file) {
        return "peer TLS file " + Check.quote(file) + ": ";
    }

    private static SecretException refused(Path file, String found, String expected) {
        return new SecretException(where(file) + found + " (expected: " + expected + ")");
    }
}
