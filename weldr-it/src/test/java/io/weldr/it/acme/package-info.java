/**
 * Certificates of an authority, obtained by processes of weldr from pebble, the test authority of Let's Encrypt. Start
 * at {@code AcmeIT}.
 */
@NullMarked
package io.weldr.it.acme;

import org.jspecify.annotations.NullMarked;
