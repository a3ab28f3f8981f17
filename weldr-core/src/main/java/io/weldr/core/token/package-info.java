/**
 * Credentials of the API. {@link io.weldr.core.token.TokenText} is what a client shows, {@link
 * io.weldr.core.token.TokenHash} is all that the cluster keeps of it, {@link io.weldr.core.token.Token} says what it
 * allows.
 */
@NullMarked
package io.weldr.core.token;

import org.jspecify.annotations.NullMarked;
