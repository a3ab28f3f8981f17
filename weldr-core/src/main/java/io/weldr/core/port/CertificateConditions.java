package io.weldr.core.port;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells what this node has made of the certificates of the cluster. Any thread; takes little time. */
public interface CertificateConditions {
    /** One for each certificate that a listener presents, by name. A node that does not proxy has none. */
    List<CertificateCondition> certificateConditions();

    /**
     * What speaks TLS with clients on this node: {@code boringssl}, or {@code jdk} where that does not run. Null:
     * nothing has to, yet.
     */
    default @Nullable String tlsLibrary() {
        return null;
    }
}
