/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.peer;

import org.jspecify.annotations.NullMarked;
