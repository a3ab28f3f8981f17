/** Tests of the package of the same name. */
@NullMarked
package io.weldr.codec;

import org.jspecify.annotations.NullMarked;
