/**
 * Active health checks, which only the acting leader runs. Start at {@link io.weldr.leader.health.HealthChecks}, which makes the
 * parts and holds their threads.
 *
 * <pre>
 * Published state ──► HealthMonitor ─► Term ─► ProbePlan    whom to probe when: pure
 *                                       │  ├──► Watch        what the probes of one origin add up to: pure
 *                                       │  └──► Prober       one probe; NetworkProber over the network: an Attempt makes
 *                                       │                    the connection, the Question of the policy's type uses it
 *                                       ▼
 *                                   Verdicts ──► Opinions    asks the others before an origin is down; they answer by
 *                                       │  │                 ProbesForOthers
 *                                       │  └──► Overruled    whether this leader is the one that is cut off: pure
 *   CommandGateway ◄── RecordVerdict ───┘                    only when a verdict turns
 * </pre>
 *
 * <p>Time, randomness and the network are brought in through {@link io.weldr.leader.health.Timeline}, a random generator and {@link
 * io.weldr.leader.health.Prober}: a day of probing is a loop in a test.
 *
 * <p>Who is probed: every origin of every pool that is enabled or draining, whatever its weight. A draining origin is probed
 * because it may be enabled again and its verdict should then be true. An origin in maintenance is not: somebody works on it,
 * probes would fill its logs, and what they found would mean nothing. Its verdict stays as it was, and its counts start afresh
 * when it comes back.
 */
@NullMarked
package io.weldr.leader.health;

import org.jspecify.annotations.NullMarked;
