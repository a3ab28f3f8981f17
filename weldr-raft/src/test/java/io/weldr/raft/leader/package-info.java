/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.leader;

import org.jspecify.annotations.NullMarked;
