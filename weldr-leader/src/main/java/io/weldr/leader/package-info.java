/**
 * What only the acting leader does. Start at {@link io.weldr.leader.health.HealthChecks}, the health checks, {@link
 * io.weldr.leader.vip.VirtualIps}, the virtual IP, and {@link io.weldr.leader.acme.AcmeCertificates}, the certificates
 * of an authority. The duties see the cluster through the ports of weldr-core alone.
 */
@NullMarked
package io.weldr.leader;

import org.jspecify.annotations.NullMarked;
