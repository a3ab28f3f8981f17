/**
 * What the stories are told with: {@link io.weldr.it.harness.TestCluster} starts nodes as processes of their own and kills them;
 * {@link io.weldr.it.harness.Http} asks them.
 */
@NullMarked
package io.weldr.it.harness;

import org.jspecify.annotations.NullMarked;
