/**
 * The words of the domain as validated records: {@link io.weldr.core.pool.Pool} holds {@link
 * io.weldr.core.pool.Origin}s and the {@link io.weldr.core.pool.HealthPolicy} that decides over them. A value that
 * exists is valid: constructors check and copy, and throw {@link java.lang.IllegalArgumentException} with what was
 * found and what was expected.
 */
@NullMarked
package io.weldr.core.pool;

import org.jspecify.annotations.NullMarked;
