/**
 * Decides when a verdict changes. Pure. {@link io.weldr.core.health.Health} counts consecutive probes of one origin.
 * {@link io.weldr.core.health.SecondOpinion} evaluates the answers of other members.
 */
@NullMarked
package io.weldr.core.health;

import org.jspecify.annotations.NullMarked;
