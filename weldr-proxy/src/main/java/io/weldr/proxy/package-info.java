/** The data plane. */
@NullMarked
package io.weldr.proxy;

import org.jspecify.annotations.NullMarked;
