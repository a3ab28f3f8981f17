package io.weldr.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.internal.tcnative.CertificateVerifier;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import io.netty.internal.tcnative.SSLCredential;
import io.netty.internal.tcnative.SessionTicketKey;
import io.weldr.core.listener.ListenerTls.ClientCertificates;
import io.weldr.core.port.TicketKeys.TicketKey;
import java.io.ByteArrayInputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/**
 * A context of BoringSSL. It is used without an {@code SSLEngine}: the peer may end its side and read on, and an idle
 * connection holds no object that has to be finalized. Freed when neither a listener nor a session refers to it any
 * more. Thread safe.
 */
final class NativeContext implements TlsContext {
    /** Forward secrecy and AEAD (RFC 9325 section 4.2); those of TLS 1.3 are not for choice. */
    private static final String CIPHERS = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
            + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
            + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

    /** Certificates of a client's chain. */
    private static final int VERIFY_DEPTH = 10;

    /** Bytes of a client's chain: its certificate, and some authorities. */
    private static final int CLIENT_CHAIN_BYTES_MAX = 64 * 1024;

    private static final Cleaner CLEANER = Cleaner.create();

    private final long address;
    private final Handle handle; // freed when nobody refers to it

    /** What refers to the memory of the library. */
    private static final class Handle {}

    NativeContext(KeyAndChain material, ContextSpec spec) throws Exception {
        int versions = SSL.SSL_PROTOCOL_TLSV1_3 | (spec.allowsTls12() ? SSL.SSL_PROTOCOL_TLSV1_2 : 0);
        long made = SSLContext.make(versions, SSL.SSL_MODE_SERVER);
        boolean complete = false;
        try {
            configure(made, material, spec);
            complete = true;
        } finally {
            if (!complete) {
                SSLContext.free(made);
            }
        }
        address = made;
        handle = new Handle();
        CLEANER.register(handle, () -> SSLContext.free(made));
    }

    private static void configure(long context, KeyAndChain material, ContextSpec spec) throws Exception {
        SSLContext.setOptions(
                context, SSL.SSL_OP_CIPHER_SERVER_PREFERENCE | SSL.SSL_OP_NO_COMPRESSION | SSL.SSL_OP_NO_TICKET);
        SSLContext.setMode(
                context,
                SSLContext.getMode(context) | SSL.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL.SSL_MODE_RELEASE_BUFFERS);
        SSLContext.setSessionCacheMode(context, SSL.SSL_SESS_CACHE_OFF); // tickets alone: they resume on every node
        SSLContext.setNumTickets(context, 1);
        if (spec.allowsTls12()) {
            SSLContext.setCipherSuite(context, CIPHERS, false);
        }
        SSLContext.setCurvesList(context, GROUPS);
        SSLContext.setSessionIdContext(context, spec.clientPolicy().getBytes(StandardCharsets.US_ASCII));
        SSLContext.setAlpnProtos(
                context, spec.protocols().toArray(String[]::new), SSL.SSL_SELECTOR_FAILURE_NO_ADVERTISE);
        present(context, material);
        SSLContext.setVerify(context, SSL.SSL_CVERIFY_NONE, VERIFY_DEPTH);
        if (spec.asksClients()) {
            askClients(context, spec);
        }
    }

    /** The library counts who refers to a chain and a key: here, the context alone in the end. */
    private static void present(long context, KeyAndChain material) throws Exception {
        long chainBio = bio(KeyAndChain.pem(material.chain()));
        long keyBio = 0;
        long chain = 0;
        long key = 0;
        long credential = 0;
        try {
            keyBio = bio(material.pemKey());
            chain = SSL.parseX509Chain(chainBio);
            key = SSL.parsePrivateKey(keyBio, null);
            credential = SSLCredential.newX509();
            SSLCredential.setCertChain(credential, chain);
            SSLCredential.setPrivateKey(credential, key); // fails unless it is that of the certificate
            SSLContext.addCredential(context, credential);
        } finally {
            free(chainBio);
            free(keyBio);
            if (chain != 0) {
                SSL.freeX509Chain(chain);
            }
            if (key != 0) {
                SSL.freePrivateKey(key);
            }
            if (credential != 0) {
                SSLCredential.free(credential);
            }
        }
    }

    private static void askClients(long context, ContextSpec spec) throws Exception {
        List<X509Certificate> authorities = KeyAndChain.certificates(String.valueOf(spec.authorities()));
        long bio = bio(KeyAndChain.pem(authorities));
        try {
            if (!SSLContext.setCACertificateBio(context, bio)) {
                throw new IllegalArgumentException("the authorities of clients cannot be used");
            }
        } finally {
            free(bio);
        }
        SSLContext.setMaxCertList(context, CLIENT_CHAIN_BYTES_MAX);
        SSLContext.setCertVerifyCallback(context, new Verifier(ClientTrust.of(authorities)));
        boolean required = spec.clients() == ClientCertificates.REQUIRE;
        SSLContext.setVerify(context, required ? SSL.SSL_CVERIFY_REQUIRED : SSL.SSL_CVERIFY_OPTIONAL, VERIFY_DEPTH);
    }

    /** The library keeps it: it must not refer to its context. */
    private static final class Verifier extends CertificateVerifier {
        private final X509TrustManager trust;

        Verifier(X509TrustManager trust) {
            this.trust = trust;
        }

        @Override
        public int verify(long ssl, byte[][] chain, String method) {
            try {
                X509Certificate[] certificates = new X509Certificate[chain.length];
                for (int i = 0; i < chain.length; i++) {
                    certificates[i] = parse(chain[i]);
                }
                trust.checkClientTrusted(certificates, method == null || method.isEmpty() ? "UNKNOWN" : method);
                return X509_V_OK;
            } catch (Throwable e) { // whatever a client can bring about ends its handshake, and nothing else
                return hasExpired(e) ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_ERR_CERT_UNTRUSTED;
            }
        }

        private static boolean hasExpired(Throwable e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof CertificateExpiredException) {
                    return true;
                }
            }
            return false;
        }
    }

    static X509Certificate parse(byte[] der) throws java.security.cert.CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static long bio(String pem) throws Exception {
        ByteBuf bytes = ByteBufUtil.writeAscii(UnpooledByteBufAllocator.DEFAULT, pem);
        ByteBuf direct = UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes.readableBytes());
        try {
            direct.writeBytes(bytes);
            long bio = SSL.newMemBIO();
            if (SSL.bioWrite(bio, NativeSession.address(direct), direct.readableBytes()) != direct.readableBytes()) {
                SSL.freeBIO(bio);
                throw new IllegalStateException("no memory for a certificate");
            }
            return bio;
        } finally {
            direct.setZero(0, direct.capacity()); // a private key may be in it
            direct.release();
            bytes.setZero(0, bytes.capacity());
            bytes.release();
        }
    }

    private static void free(long bio) {
        if (bio != 0) {
            SSL.freeBIO(bio);
        }
    }

    @Override
    public TlsSession newSession(ByteBufAllocator allocator) {
        return new NativeSession(address, handle, allocator);
    }

    @Override
    public void ticketKeys(List<TicketKey> keys) {
        try {
            if (keys.isEmpty()) {
                SSLContext.setOptions(address, SSL.SSL_OP_NO_TICKET);
                return;
            }
            SSLContext.setSessionTicketKeys(
                    address,
                    keys.stream()
                            .map(key -> new SessionTicketKey(key.name(), key.hmacKey(), key.aesKey()))
                            .toArray(SessionTicketKey[]::new));
            SSLContext.clearOptions(address, SSL.SSL_OP_NO_TICKET);
        } finally {
            Reference.reachabilityFence(handle);
        }
    }
}
