/** Tests of how traces leave the node. */
@NullMarked
package io.weldr.node.tracing;

import org.jspecify.annotations.NullMarked;
