/**
 * What makes a folder that holds {@code bin} and {@code lib} a distribution that needs no Java and is ready in a
 * second: a runtime image (jlink), native libraries unpacked, and ahead-of-time caches (JEP 483, 514, 515) that a
 * training run records. Runs in the build alone.
 */
@NullMarked
package io.weldr.deploy;

import org.jspecify.annotations.NullMarked;
