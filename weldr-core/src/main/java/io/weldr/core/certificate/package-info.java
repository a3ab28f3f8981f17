/**
 * Certificates that listeners present, and how a certificate authority issues them. Start at {@link
 * io.weldr.core.certificate.Certificate}.
 */
@NullMarked
package io.weldr.core.certificate;

import org.jspecify.annotations.NullMarked;
