/**
 * The configuration of a node, from a file, the environment and flags, as one immutable {@link
 * io.weldr.node.config.NodeConfig}. {@link io.weldr.node.config.Setting} declares every key once, for all three
 * sources.
 */
@NullMarked
package io.weldr.node.config;

import org.jspecify.annotations.NullMarked;
