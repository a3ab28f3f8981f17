/** What Ratis does that weldr cannot live with. {@link io.weldr.raft.workaround.Workaround} is the list. */
@NullMarked
package io.weldr.raft.workaround;

import org.jspecify.annotations.NullMarked;
