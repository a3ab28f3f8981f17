/** One node: how its parts start, stand together and stop. Start at {@link io.weldr.node.lifecycle.Node}. */
@NullMarked
package io.weldr.node.lifecycle;

import org.jspecify.annotations.NullMarked;
