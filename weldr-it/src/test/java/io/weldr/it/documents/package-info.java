/** Pages of the documentation, pasted into a shell as a reader would. */
@NullMarked
package io.weldr.it.documents;

import org.jspecify.annotations.NullMarked;
