package io.weldr.core.port;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node knows of its settings and its machine.
 *
 * @param settings that have to be alike on all members that tell them, by key, as text; no secret is among them
 * @param findings what is wrong with its machine, its process and its files
 */
public record NodeFacts(SortedMap<String, String> settings, List<Finding> findings) {
    /** The key of the fingerprints of the secret, the current one first, with commas between them. */
    public static final String SECRET = "secret-file";

    /** The key of the members in the configuration file: {@code id=host:port}, with commas between them. */
    public static final String PEERS = "peers";

    /** A node that tells nothing of itself. */
    public static final NodeFacts NONE = new NodeFacts(new TreeMap<>(), List.of());

    public NodeFacts {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        findings = List.copyOf(findings);
    }
}
