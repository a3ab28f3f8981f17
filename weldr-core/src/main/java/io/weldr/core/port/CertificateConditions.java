package io.weldr.core.port;

import java.util.List;

/** Tells what this node has made of the certificates of the cluster. Any thread; takes little time. */
public interface CertificateConditions {
    /** One for each certificate that a listener presents, by name. A node that does not proxy has none. */
    List<CertificateCondition> certificateConditions();
}
