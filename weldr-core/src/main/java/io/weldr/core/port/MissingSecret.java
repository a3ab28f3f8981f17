package io.weldr.core.port;

/** What all that needs the secret of the cluster says of a node that has none. */
final class MissingSecret {
    /** What is missing, and how to make it. */
    static final String TEXT = "the secret of the cluster, which this node does not have (expected:"
            + " secret-file in the configuration of every member, each with a copy of the same file; to make one:"
            + " openssl rand -hex 32 > FILE; chmod 600 FILE; then restart the nodes, one after the other)";

    private MissingSecret() {}
}
