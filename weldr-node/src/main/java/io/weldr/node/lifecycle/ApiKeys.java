package io.weldr.node.lifecycle;

import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.port.KeySeal;
import io.weldr.core.state.ClusterState;
import io.weldr.core.tls.ClientKeys;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a certificate of the cluster, as it is now, to clients of the API. While there is none, or it cannot be used,
 * it shows the one of the cluster's own authority: the API can be reached, and says what is wrong. Thread safe.
 */
final class ApiKeys extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

    private static final String ALIAS = "api-";
    private static final String KEY = "client"; // as ClientKeys calls its one key

    private final CertificateName name;
    private final Supplier<ClusterState> state;
    private final KeySeal seal;
    private final X509ExtendedKeyManager otherwise;
    private volatile @Nullable Loaded loaded; // the last one that was read, usable or not
    private volatile @Nullable Loaded before; // a handshake asks three times, and a renewal may come in between

    /** @param keys null: it cannot be used */
    private record Loaded(
            IssuedChain of, long number, @Nullable ClientKeys keys) {}

    ApiKeys(CertificateName name, Supplier<ClusterState> state, KeySeal seal, X509ExtendedKeyManager otherwise) {
        this.name = name;
        this.state = state;
        this.seal = seal;
        this.otherwise = otherwise;
    }

    @SuppressWarnings("ReferenceEquality") // another value of the log is another object
    private @Nullable Loaded current() {
        Certificate certificate = state.get().certificate(name);
        IssuedChain issued = certificate == null ? null : certificate.issued();
        if (issued == null) {
            return null;
        }
        Loaded known = loaded;
        return known != null && known.of() == issued ? known : load(issued);
    }

    @SuppressWarnings("ReferenceEquality")
    private synchronized Loaded load(IssuedChain issued) {
        Loaded known = loaded;
        if (known != null && known.of() == issued) {
            return known;
        }
        ClientKeys keys = null;
        try {
            byte[] pkcs8 = seal.open(KeyOwner.of(name), issued.key());
            keys = ClientKeys.of(issued.chain(), pkcs8);
            Arrays.fill(pkcs8, (byte) 0);
        } catch (GeneralSecurityException | IllegalArgumentException | IllegalStateException e) {
            LOG.warn(
                    "admin-certificate {}: {}; the APIs show the certificate of the cluster's own authority",
                    name,
                    e.getMessage());
        }
        Loaded next = new Loaded(issued, known == null ? 1 : known.number() + 1, keys);
        before = known;
        loaded = next;
        return next;
    }

    private @Nullable ClientKeys keys(String alias) {
        for (Loaded each : new Loaded[] {loaded, before}) {
            if (each != null && (ALIAS + each.number()).equals(alias)) {
                return each.keys();
            }
        }
        return null;
    }

    private @Nullable String alias(@Nullable String type) {
        Loaded now = current();
        ClientKeys keys = now == null ? null : now.keys();
        if (now == null || keys == null) {
            return null;
        }
        boolean fits = type != null && keys.getClientAliases(type, null) != null;
        return fits ? ALIAS + now.number() : "";
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String alias = alias(type);
        return alias == null
                ? otherwise.chooseEngineServerAlias(type, issuers, engine)
                : alias.isEmpty() ? null : alias;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        String alias = alias(type);
        return alias == null ? otherwise.chooseServerAlias(type, issuers, socket) : alias.isEmpty() ? null : alias;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        String alias = chooseServerAlias(type, issuers, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ClientKeys keys = keys(alias);
        return keys == null ? otherwise.getCertificateChain(alias) : keys.getCertificateChain(KEY);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ClientKeys keys = keys(alias);
        return keys == null ? otherwise.getPrivateKey(alias) : keys.getPrivateKey(KEY);
    }

    /** It is no client's. */
    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String @Nullable [] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
