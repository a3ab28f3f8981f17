package io.weldr.leader.acme;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The certificate authorities that the certificates of the cluster come from. Confined to the thread of the package.
 */
final class Authorities {
    private final AuthorityConnector connector;
    private final Clock clock;
    private final Map<String, Authority> known = new HashMap<>(); // by directory; at most one for each certificate

    Authorities(AuthorityConnector connector, Clock clock) {
        this.connector = connector;
        this.clock = clock;
    }

    /** The one at that directory, acting in that term. */
    Authority at(String directory, Leading leading) {
        Authority authority = known.computeIfAbsent(directory, url -> new Authority(url, connector, clock));
        authority.act(leading);
        return authority;
    }

    /** Forgets all others: their connections end when the collector finds them. */
    void keep(Set<String> directories) {
        known.keySet().retainAll(directories);
    }
}
