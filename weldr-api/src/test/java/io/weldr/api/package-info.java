/** Tests of the admin API. */
@NullMarked
package io.weldr.api;

import org.jspecify.annotations.NullMarked;
