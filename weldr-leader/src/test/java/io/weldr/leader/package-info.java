/** Tests of the duties as a whole. */
@NullMarked
package io.weldr.leader;

import org.jspecify.annotations.NullMarked;
