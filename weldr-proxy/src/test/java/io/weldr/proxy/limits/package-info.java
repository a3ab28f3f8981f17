/** Limits. */
@NullMarked
package io.weldr.proxy.limits;

import org.jspecify.annotations.NullMarked;
