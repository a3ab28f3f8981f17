/**
 * What only the acting leader does. Start at {@link io.weldr.leader.health.HealthChecks}, the
 * health checks, and {@link io.weldr.leader.vip.VirtualIps}, the virtual IP. The duties see the cluster through the ports of weldr-core alone.
 */
@NullMarked
package io.weldr.leader;

import org.jspecify.annotations.NullMarked;
