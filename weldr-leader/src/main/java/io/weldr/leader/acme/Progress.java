package io.weldr.leader.acme;

import io.weldr.core.Stamp;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this leader remembers of one certificate between two steps. Nothing of it is needed to go on: another leader
 * finds it out again. Confined to the thread of the package.
 */
final class Progress {
    /** When the next step is due. */
    Instant nextAt = Instant.MIN;

    /** No order begins before, for a reason that could not be committed. */
    Instant heldUntil = Instant.MIN;

    private @Nullable Stamp written;

    // ---- of the order

    private @Nullable String order;
    Instant orderSince = Instant.MIN;

    /** URLs of challenges that the authority was told to look at. */
    final Set<String> told = new HashSet<>(); // at most one for each host

    boolean answersAreEverywhere;
    int barriers;
    int polls;

    // ---- of the chain

    private @Nullable IssuedChain issued;
    private @Nullable X509Certificate leaf;

    @Nullable RenewalWindow window;

    Instant windowAskAt = Instant.MIN;

    /** Whether this leader has looked for an order that another one has left behind. */
    boolean lookedForAbandoned;

    /** Forgets what belonged to another order or another chain. */
    void of(Certificate certificate, Instant now) {
        if (!certificate.stamp().equals(written)) {
            written = certificate.stamp();
            heldUntil = Instant.MIN; // what an operator has mended is tried at once
        }
        AcmeOrder current = certificate.order();
        String url = current == null ? null : current.url();
        if (url == null || !url.equals(order)) {
            order = url;
            orderSince = now;
            told.clear();
            answersAreEverywhere = false;
            barriers = 0;
            polls = 0;
        }
        IssuedChain chain = certificate.issued();
        if (chain == null || issued == null || !chain.sameChain(issued)) {
            issued = chain;
            leaf = chain == null ? null : Leaf.of(chain);
            window = null;
            windowAskAt = Instant.MIN;
        }
    }

    /** The first certificate of the chain; null: there is none, or it cannot be read. */
    @Nullable X509Certificate leaf() {
        return leaf;
    }
}
