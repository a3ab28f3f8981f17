/**
 * Which origin of a pool a request goes to, and which of its addresses: pure. Start at
 * {@link io.weldr.core.balance.Balancer}. The caller brings what changes from request to request as
 * {@link io.weldr.core.balance.Candidates}. {@link io.weldr.core.balance.DeadAddresses} remembers which addresses of a
 * name to try last.
 */
@NullMarked
package io.weldr.core.balance;

import org.jspecify.annotations.NullMarked;
