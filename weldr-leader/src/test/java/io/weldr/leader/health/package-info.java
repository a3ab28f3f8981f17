/**
 * Tests of the health checks. {@code XTest} turns the clock by hand, see {@link
 * io.weldr.leader.health.VirtualTimeline}; {@code XIT} probes real origins. Start at {@code HealthMonitorTest}.
 */
@NullMarked
package io.weldr.leader.health;

import org.jspecify.annotations.NullMarked;
