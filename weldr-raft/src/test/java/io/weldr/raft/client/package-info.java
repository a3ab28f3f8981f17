/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.client;

import org.jspecify.annotations.NullMarked;
