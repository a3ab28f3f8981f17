/** Tests of who may use the API. */
@NullMarked
package io.weldr.api.auth;

import org.jspecify.annotations.NullMarked;
