/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.node;

import org.jspecify.annotations.NullMarked;
