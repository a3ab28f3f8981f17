@NullMarked
package io.weldr.node.systemd;

import org.jspecify.annotations.NullMarked;
