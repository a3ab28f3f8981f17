package io.weldr.proxy.tls;

import io.weldr.core.certificate.CertificateName;
import io.weldr.proxy.http.CertifiedHosts;
import java.time.Instant;

/** A certificate as some listeners present it. */
public record ServedCertificate(CertificateName name, CertifiedHosts hosts, Instant notAfter, TlsContext context) {}
