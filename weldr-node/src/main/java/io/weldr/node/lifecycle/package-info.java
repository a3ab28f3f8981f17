/**
 * The life cycle of one node: how its parts start and stop. Start at {@link io.weldr.node.lifecycle.Node}.
 */
@NullMarked
package io.weldr.node.lifecycle;

import org.jspecify.annotations.NullMarked;
