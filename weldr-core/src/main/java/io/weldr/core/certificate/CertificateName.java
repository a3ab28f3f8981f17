package io.weldr.core.certificate;

import io.weldr.core.Names;

/**
 * The name of a certificate in the cluster: 1 to 64 letters, digits, {@code -}, {@code _} or {@code .}. It says nothing
 * of its hosts.
 */
public record CertificateName(String value) implements Comparable<CertificateName> {
    public CertificateName {
        Names.checkInPath("certificate", value);
    }

    @Override
    public int compareTo(CertificateName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
