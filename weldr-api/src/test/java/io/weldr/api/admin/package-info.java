/** Tests of what both APIs share. */
@NullMarked
package io.weldr.api.admin;

import org.jspecify.annotations.NullMarked;
