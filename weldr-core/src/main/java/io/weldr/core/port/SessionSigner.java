package io.weldr.core.port;

/**
 * Signs what a browser keeps of a sign-in, so that it is no credential that the browser could make or change. With the
 * secret of the cluster every member accepts what another one has signed; without it, only the node that signed. Any
 * thread; takes microseconds, and blocks never.
 */
public interface SessionSigner {
    /** The signature of that text: 43 letters, digits, {@code -} and {@code _}. */
    String sign(String text);

    /** Whether that is the signature of the text, also by the secret that was replaced last. */
    boolean signed(String text, String signature);
}
