/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.codec;

import org.jspecify.annotations.NullMarked;
