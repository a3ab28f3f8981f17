/** When a verdict turns: pure. {@link io.weldr.core.health.Health} counts consecutive probes of one origin. */
@NullMarked
package io.weldr.core.health;

import org.jspecify.annotations.NullMarked;
