/** What the tests of all modules share. Start at {@link io.weldr.testing.Patience}. */
@NullMarked
package io.weldr.testing;

import org.jspecify.annotations.NullMarked;
