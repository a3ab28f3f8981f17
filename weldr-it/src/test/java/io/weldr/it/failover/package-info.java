/**
 * How long writes stop when the leader goes. Start at {@link io.weldr.it.failover.FailOver}, which is also a program.
 */
@org.jspecify.annotations.NullMarked
package io.weldr.it.failover;
