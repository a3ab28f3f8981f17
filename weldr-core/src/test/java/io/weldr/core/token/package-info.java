/** Tests of credentials. */
@NullMarked
package io.weldr.core.token;

import org.jspecify.annotations.NullMarked;
