/**
 * Pools and origins as validated records: a {@link io.weldr.core.pool.Pool} has {@link io.weldr.core.pool.Origin}s
 * and a {@link io.weldr.core.pool.HealthPolicy}. Every value is valid: constructors check and copy. They throw
 * {@link java.lang.IllegalArgumentException} with the found and the expected value.
 */
@NullMarked
package io.weldr.core.pool;

import org.jspecify.annotations.NullMarked;
