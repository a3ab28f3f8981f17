/**
 * When a verdict turns: pure. {@link io.weldr.core.health.Health} counts consecutive probes of one origin; {@link
 * io.weldr.core.health.SecondOpinion} weighs what the other members see.
 */
@NullMarked
package io.weldr.core.health;

import org.jspecify.annotations.NullMarked;
