/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.log;

import org.jspecify.annotations.NullMarked;
