/**
 * The process. {@link io.weldr.node.Main} parses the command line and runs a {@link io.weldr.node.lifecycle.Node}.
 */
@NullMarked
package io.weldr.node;

import org.jspecify.annotations.NullMarked;
