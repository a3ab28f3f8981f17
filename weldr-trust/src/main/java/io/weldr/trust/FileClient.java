package io.weldr.trust;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;

/** A client of the API that has a certificate in files, of an authority of the operator's own. */
public final class FileClient {
    private static final PemFiles FILES = new PemFiles("");

    private FileClient() {}

    /**
     * Shows that certificate. Blocks for as long as the disk takes.
     *
     * @param certificate of the client, then those of the authorities between it and one that nodes know; PEM
     * @param key of the first certificate; PEM, without a password
     * @throws SecretException with one line that names the file and shows nothing of the key
     */
    public static X509ExtendedKeyManager keys(Path certificate, Path key) throws SecretException {
        List<X509Certificate> chain = FILES.certificates(certificate, FILES.read(certificate));
        PrivateKey privateKey = FILES.privateKey(key, FILES.read(key));
        FILES.requirePair(certificate, key, privateKey, chain.get(0));
        OwnKey.Entry entry = new OwnKey.Entry(1, privateKey, chain);
        return new OwnKey(() -> entry);
    }
}
