/**
 * Obtains certificates from a certificate authority and renews them, by ACME (RFC 8555). Start at {@link
 * io.weldr.leader.acme.AcmeCertificates}.
 *
 * <p>Each step is committed before the next one, so that a new leader goes on where the last one was: the key of the
 * account, the order with the key of its certificate and the answers to its challenges, the chain. {@link
 * io.weldr.leader.acme.Ordering} has the steps, {@link io.weldr.leader.acme.RenewalTime} when a certificate is renewed,
 * {@link io.weldr.leader.acme.BackOff} when a failed order is tried again. The protocol is that of the library acme4j,
 * over connections with limits of weldr's own ({@link io.weldr.leader.acme.AuthorityConnection}).
 *
 * <p>Everything that waits runs on one thread of this package, {@code weldr-acme}.
 */
@NullMarked
package io.weldr.leader.acme;

import org.jspecify.annotations.NullMarked;
