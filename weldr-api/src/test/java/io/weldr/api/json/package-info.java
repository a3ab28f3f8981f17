/** Tests of what bodies say. */
@NullMarked
package io.weldr.api.json;

import org.jspecify.annotations.NullMarked;
