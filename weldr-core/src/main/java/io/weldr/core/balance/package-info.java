/** Which origin comes next: pure. {@link io.weldr.core.balance.Rotation} is the order, the caller keeps the cursor. */
@NullMarked
package io.weldr.core.balance;

import org.jspecify.annotations.NullMarked;
