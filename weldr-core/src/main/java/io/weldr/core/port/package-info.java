/**
 * The interfaces through which weldr-raft, weldr-leader, weldr-proxy and weldr-api meet:
 *
 * <ul>
 * <li>{@link io.weldr.core.port.CommandGateway}: writes
 * <li>{@link io.weldr.core.port.Published}: the published state
 * <li>{@link io.weldr.core.port.LeaderDuty}: work that only the acting leader does
 * <li>{@link io.weldr.core.port.HostNames}: the addresses of origins, for probes and traffic
 * <li>{@link io.weldr.core.port.ProbeLink} and {@link io.weldr.core.port.ProbeCalls}: second opinions
 * <li>{@link io.weldr.core.port.Membership}: the members of the cluster
 * <li>{@link io.weldr.core.port.TrafficSource} and {@link io.weldr.core.port.MetricSource}: measurements
 * <li>{@link io.weldr.core.port.CookieTokens}: the values of sticky cookies
 * </ul>
 */
@NullMarked
package io.weldr.core.port;

import org.jspecify.annotations.NullMarked;
