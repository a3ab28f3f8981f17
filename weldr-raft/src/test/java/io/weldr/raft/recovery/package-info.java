@NullMarked
package io.weldr.raft.recovery;

import org.jspecify.annotations.NullMarked;
