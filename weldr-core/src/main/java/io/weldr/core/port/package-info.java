/**
 * Where raft, leader, proxy and api meet. {@link io.weldr.core.port.CommandGateway} is the road down, {@link
 * io.weldr.core.port.Published} is how state comes back; {@link io.weldr.core.port.LeaderDuty} is what only the elected
 * leader does; {@link io.weldr.core.port.HostNames} is where probes and traffic have the addresses of origins from;
 * {@link io.weldr.core.port.ProbeLink} and {@link io.weldr.core.port.ProbeCalls} are how it gets a second opinion;
 * {@link io.weldr.core.port.Membership} is who belongs to the cluster; {@link io.weldr.core.port.TrafficSource} and
 * {@link io.weldr.core.port.MetricSource} are what can be seen of the rest; {@link io.weldr.core.port.CookieTokens} is
 * what sticky cookies hold.
 */
@NullMarked
package io.weldr.core.port;

import org.jspecify.annotations.NullMarked;
