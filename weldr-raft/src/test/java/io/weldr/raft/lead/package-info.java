/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.lead;

import org.jspecify.annotations.NullMarked;
