/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.ratis;

import org.jspecify.annotations.NullMarked;
