@NullMarked
package io.weldr.node.checks;

import org.jspecify.annotations.NullMarked;
