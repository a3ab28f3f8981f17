/** Tests of connections of which nothing is known. */
@NullMarked
package io.weldr.api.listen;

import org.jspecify.annotations.NullMarked;
