/**
 * Messages of {@code weldr.resource.v1} and the values of weldr-core that they stand for. Decoding fills defaults in
 * and checks; whatever is wrong is an {@link java.lang.IllegalArgumentException} whose message names the field, what
 * was found and what was expected. Pure; any thread.
 */
@NullMarked
package io.weldr.wire.resource;

import org.jspecify.annotations.NullMarked;
