/**
 * Certificates of listeners, and the state of their ACME orders. Start at {@link
 * io.weldr.core.certificate.Certificate}.
 */
@NullMarked
package io.weldr.core.certificate;

import org.jspecify.annotations.NullMarked;
