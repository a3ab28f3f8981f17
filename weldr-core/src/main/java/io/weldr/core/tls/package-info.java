/**
 * Why TLS to an origin did not come about, in words for people and in a closed set for metrics: pure. Start at {@link
 * io.weldr.core.tls.TlsFailure}.
 */
@NullMarked
package io.weldr.core.tls;

import org.jspecify.annotations.NullMarked;
