/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.machine;

import org.jspecify.annotations.NullMarked;
