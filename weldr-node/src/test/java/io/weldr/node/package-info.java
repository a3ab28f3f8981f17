@NullMarked
package io.weldr.node;

import org.jspecify.annotations.NullMarked;
