/** Stories of clusters that were lost: restored from a backup, or recovered from the one disk that is left. */
@NullMarked
package io.weldr.it.recovery;

import org.jspecify.annotations.NullMarked;
