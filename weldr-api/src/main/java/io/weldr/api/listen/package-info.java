/** Connections of the API before anything is known of them. */
@NullMarked
package io.weldr.api.listen;

import org.jspecify.annotations.NullMarked;
