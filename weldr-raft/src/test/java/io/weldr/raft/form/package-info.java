/** Tests of the package of the same name. */
@NullMarked
package io.weldr.raft.form;

import org.jspecify.annotations.NullMarked;
