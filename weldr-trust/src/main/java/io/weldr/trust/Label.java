package io.weldr.trust;

/**
 * The purpose of a key. Every key that is derived from the secret of the cluster has a label of its own here, so
 * that no two uses ever share a key. The text of a label never changes: all members derive the same key from it.
 */
public enum Label {
    /** Signs the tokens of sticky cookies. */
    STICKY_COOKIE("weldr sticky cookie v1"),

    /** Signs the sessions of browsers. */
    SESSION("weldr session v1"),

    /** Encrypts private keys in the log. */
    SEALING("weldr sealing v1"),

    /** Not a key: says in what is sealed by which secret that was done. */
    SEALING_KEY_ID("weldr sealing key id v1"),

    /** Makes the keys of TLS session tickets, one for each day and policy. */
    SESSION_TICKET("weldr session ticket v1"),

    /** Seeds the key of the authority that signs the certificates of members. */
    CLUSTER_CA("weldr cluster ca v1"),

    /** Not a key: lets people compare the secrets of members without showing them. */
    FINGERPRINT("weldr fingerprint v1");

    private final String text;

    Label(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
