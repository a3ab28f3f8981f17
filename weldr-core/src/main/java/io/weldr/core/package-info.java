/** The domain of weldr. */
@NullMarked
package io.weldr.core;

import org.jspecify.annotations.NullMarked;
