/** Tests of the table of failures. */
@NullMarked
package io.weldr.api.error;

import org.jspecify.annotations.NullMarked;
