package io.weldr.trust;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one certificate to everybody, whatever is asked for: the other side says why it does not accept it. Which one
 * is asked anew for each handshake.
 */
final class OwnKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "member-";

    /** A key and the chain of its certificate, the leaf first. */
    record Entry(long number, PrivateKey key, List<X509Certificate> chain) {
        Entry {
            chain = List.copyOf(chain);
        }
    }

    private final Supplier<Entry> current;
    private volatile @Nullable Entry last; // a handshake asks three times, and a renewal may come in between
    private volatile @Nullable Entry before;

    OwnKey(Supplier<Entry> current) {
        this.current = current;
    }

    @Override
    public String chooseEngineClientAlias(
            String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias();
    }

    @Override
    public String chooseEngineServerAlias(
            @Nullable String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias();
    }

    @Override
    public String chooseClientAlias(
            String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias();
    }

    @Override
    public String chooseServerAlias(@Nullable String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias();
    }

    @Override
    public String[] getClientAliases(@Nullable String keyType, Principal @Nullable [] issuers) {
        return new String[] {alias()};
    }

    @Override
    public String[] getServerAliases(@Nullable String keyType, Principal @Nullable [] issuers) {
        return new String[] {alias()};
    }

    private String alias() {
        Entry now = current.get();
        Entry shown = last;
        if (shown == null || shown.number() != now.number()) {
            before = shown;
            last = now;
        }
        return ALIAS + now.number();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.key();
    }

    private @Nullable Entry entry(@Nullable String alias) {
        for (Entry entry : new Entry[] {last, before}) {
            if (entry != null && (ALIAS + entry.number()).equals(alias)) {
                return entry;
            }
        }
        return null;
    }
}
