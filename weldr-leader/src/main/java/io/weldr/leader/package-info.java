/**
 * What only the acting leader does. Start at {@link io.weldr.leader.LeaderDuties}, which starts and stops the duties together;
 * the health checks are in {@code health}, the virtual IP is in {@code vip}. The duties see the cluster through the ports of weldr-core alone.
 */
@NullMarked
package io.weldr.leader;

import org.jspecify.annotations.NullMarked;
