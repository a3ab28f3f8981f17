/**
 * Which origin of a pool a request goes to: pure. Start at {@link io.weldr.core.balance.Balancer}. The caller brings
 * what changes from request to request as {@link io.weldr.core.balance.Candidates}.
 */
@NullMarked
package io.weldr.core.balance;

import org.jspecify.annotations.NullMarked;
