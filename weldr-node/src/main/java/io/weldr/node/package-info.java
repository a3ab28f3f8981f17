/**
 * The process: {@link io.weldr.node.Main} reads the command line, {@link io.weldr.node.lifecycle.Node} is what it runs.
 */
@NullMarked
package io.weldr.node;

import org.jspecify.annotations.NullMarked;
