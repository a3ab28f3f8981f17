package io.weldr.node.lifecycle;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.port.AppliedBarrier;
import io.weldr.core.port.ChainReader;
import io.weldr.core.port.KeySeal;
import io.weldr.core.tls.CertificateReader;
import io.weldr.core.tls.KeyedChain;
import io.weldr.leader.acme.AcmeCertificates;
import io.weldr.node.config.NodeConfig;
import io.weldr.raft.RaftCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes the duty that obtains certificates, of what the node has. */
final class NodeAcme {
    private NodeAcme() {}

    /** @throws IOException the file of {@code acme-ca-file} cannot be read any more */
    static AcmeCertificates duty(
            NodeConfig config, RaftCluster raft, KeySeal seal, AppliedBarrier barrier, String version)
            throws IOException {
        Clock clock = Clock.systemUTC();
        return new AcmeCertificates(
                raft.state(),
                raft,
                seal,
                reader(seal, clock),
                barrier,
                trust(config.acmeCaFile()),
                clock,
                new SecureRandom(),
                version);
    }

    private static ChainReader reader(KeySeal seal, Clock clock) {
        return (name, chain, key) -> {
            KeyedChain read = CertificateReader.read(chain, key, clock.instant());
            return read.with(seal.seal(KeyOwner.of(name), key));
        };
    }

    private static @Nullable SSLContext trust(@Nullable Path file) throws IOException {
        if (file == null) {
            return null;
        }
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number++, each);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("acme-ca-file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }
}
