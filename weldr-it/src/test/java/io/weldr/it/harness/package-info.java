/**
 * What the stories are told with: {@link io.weldr.it.harness.TestCluster} starts nodes as processes of their own and
 * kills them; {@link io.weldr.it.harness.Http} asks them; {@link io.weldr.it.harness.InsideNetwork} gives each a
 * network of its own, which {@link io.weldr.it.harness.Network} can cut.
 */
@NullMarked
package io.weldr.it.harness;

import org.jspecify.annotations.NullMarked;
