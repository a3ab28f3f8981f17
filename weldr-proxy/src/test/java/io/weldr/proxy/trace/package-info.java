/** Tests of what belongs to traces. */
@NullMarked
package io.weldr.proxy.trace;

import org.jspecify.annotations.NullMarked;
