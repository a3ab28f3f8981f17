/**
 * Tokens: the credentials of the API. {@link io.weldr.core.token.TokenText} is the text that a client sends. The
 * cluster keeps only its {@link io.weldr.core.token.TokenHash}. {@link io.weldr.core.token.Token} has the role and
 * the pools.
 */
@NullMarked
package io.weldr.core.token;

import org.jspecify.annotations.NullMarked;
