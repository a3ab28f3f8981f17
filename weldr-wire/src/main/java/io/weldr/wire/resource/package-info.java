/**
 * Converts between messages of {@code weldr.resource.v1} and values of weldr-core. Decoding fills in defaults, and
 * checks. An invalid value causes an {@link java.lang.IllegalArgumentException} that names the field, the found and
 * the expected value. Pure; any thread.
 */
@NullMarked
package io.weldr.wire.resource;

import org.jspecify.annotations.NullMarked;
