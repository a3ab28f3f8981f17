@NullMarked
package io.weldr.raft.follow;

import org.jspecify.annotations.NullMarked;
