@NullMarked
package io.weldr.wire.resource;

import org.jspecify.annotations.NullMarked;
