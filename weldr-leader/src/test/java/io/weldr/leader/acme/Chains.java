package io.weldr.leader.acme;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.port.ChainReader;
import io.weldr.core.port.KeySeal;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads what an authority issued, and checks that the key belongs to it. */
record Chains(KeySeal seal) implements ChainReader {
    @Override
    public IssuedChain read(CertificateName name, String chain, byte[] key) {
        try {
            X509Certificate leaf = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(chain.getBytes(StandardCharsets.US_ASCII)));
            if (!Keys.read(key).getPublic().equals(leaf.getPublicKey())) {
                throw new IllegalArgumentException("key: of another certificate (expected: the one of the first)");
            }
            List<String> hosts = new ArrayList<>();
            for (List<?> one : leaf.getSubjectAlternativeNames()) {
                hosts.add(String.valueOf(one.get(1)));
            }
            return new IssuedChain(
                    chain,
                    seal.seal(KeyOwner.of(name), key),
                    hosts,
                    leaf.getNotBefore().toInstant(),
                    leaf.getNotAfter().toInstant(),
                    String.valueOf(Keys.type(leaf.getPublicKey())),
                    leaf.getSerialNumber().toString(16),
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("chain: " + e.getMessage(), e);
        }
    }
}
