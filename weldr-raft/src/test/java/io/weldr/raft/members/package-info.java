/** Tests of what the voters are to be, and of what members say to each other about it. */
@NullMarked
package io.weldr.raft.members;

import org.jspecify.annotations.NullMarked;
