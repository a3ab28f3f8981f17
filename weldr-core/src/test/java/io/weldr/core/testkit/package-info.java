/**
 * What tests of other modules need of the tests of this one: cases that are run here on pure functions, and there on
 * sockets.
 */
@NullMarked
package io.weldr.core.testkit;

import org.jspecify.annotations.NullMarked;
