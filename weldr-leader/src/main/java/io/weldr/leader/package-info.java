/**
 * The duties of the acting leader. Start at {@link io.weldr.leader.health.HealthChecks} (health checks), {@link
 * io.weldr.leader.vip.VirtualIps} (virtual IPs) or {@link io.weldr.leader.acme.AcmeCertificates} (certificates by
 * ACME). Duties use the cluster only through the ports of weldr-core.
 */
@NullMarked
package io.weldr.leader;

import org.jspecify.annotations.NullMarked;
