/**
 * What operators do to origins and routes while clients send requests. Start at {@link
 * io.weldr.it.deploy.DeployLoopIT}.
 */
@NullMarked
package io.weldr.it.deploy;

import org.jspecify.annotations.NullMarked;
