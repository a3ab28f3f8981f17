/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.write;

import org.jspecify.annotations.NullMarked;
