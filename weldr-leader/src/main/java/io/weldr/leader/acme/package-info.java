/**
 * Obtains and renews certificates by ACME (RFC 8555). Start at {@link io.weldr.leader.acme.AcmeCertificates}.
 *
 * <p>Each step is committed before the next one, so that a new leader can continue the order: the key of the
 * account, the order with the key of its certificate and the answers to its challenges, the chain. {@link
 * io.weldr.leader.acme.Ordering} has the steps, {@link io.weldr.leader.acme.RenewalTime} the time of a renewal, and
 * {@link io.weldr.leader.acme.BackOff} the time of the next attempt after a failure. The library acme4j speaks the
 * protocol, over connections with limits ({@link io.weldr.leader.acme.AuthorityConnection}).
 *
 * <p>Blocking calls run on the thread {@code weldr-acme} of this package.
 */
@NullMarked
package io.weldr.leader.acme;

import org.jspecify.annotations.NullMarked;
