package io.weldr.trust;

import io.weldr.core.port.MemberTls;
import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
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

    private static final PemFiles FILES = new PemFiles("peer TLS file ");

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

    /**
     * Whether the certificate names a member by the URI that weldr alone has, and not by a common name, which might be
     * that of anything else.
     */
    public static boolean namesMember(X509Certificate certificate) {
        return MemberNames.namesMember(certificate);
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
                LOG.warn("{}; the node keeps its present certificate, and tries again", now);
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
        byte[] certificate = FILES.read(files.certificate());
        byte[] key = FILES.read(files.key());
        byte[] authorities = FILES.read(files.authorities());
        List<X509Certificate> chain = FILES.certificates(files.certificate(), certificate);
        MemberId named = MemberNames.of(chain.get(0));
        if (!self.equals(named)) {
            throw FILES.refused(
                    files.certificate(),
                    named == null ? "it names no member" : "it names the member " + named,
                    self + ", as " + MemberNames.URI + self + " or as common name");
        }
        PrivateKey privateKey = FILES.privateKey(files.key(), key);
        FILES.requirePair(files.certificate(), files.key(), privateKey, chain.get(0));
        MessageDigest digest = sha256();
        for (byte[] file : List.of(certificate, key, authorities)) {
            digest.update(Integer.toString(file.length).getBytes(StandardCharsets.US_ASCII));
            digest.update(file);
        }
        return new Loaded(
                HexFormat.of().formatHex(digest.digest()),
                new OwnKey.Entry(number, privateKey, chain),
                trusting(files.authorities(), FILES.certificates(files.authorities(), authorities)),
                number);
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
            throw new SecretException(FILES.where(file) + "cannot be used: " + e.getMessage(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }
}
