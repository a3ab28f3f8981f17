/** What three nodes promise together. */
@NullMarked
package io.weldr.it.cluster;

import org.jspecify.annotations.NullMarked;
