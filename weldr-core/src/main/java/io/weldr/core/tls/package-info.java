/**
 * The reasons of TLS failures towards origins: a text for people, and a closed set for metrics. Pure. Start at
 * {@link io.weldr.core.tls.TlsFailure}.
 */
@NullMarked
package io.weldr.core.tls;

import org.jspecify.annotations.NullMarked;
