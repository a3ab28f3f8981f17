/**
 * What a node finds of its own settings, machine and files, and what it tells for a support bundle. Start at {@link
 * io.weldr.node.checks.NodeExaminer}. The findings are made by pure functions of what was measured.
 */
@NullMarked
package io.weldr.node.checks;

import org.jspecify.annotations.NullMarked;
