/** Stories of TLS with clients, told on clusters: what one node takes, every node presents. */
@NullMarked
package io.weldr.it.tls;

import org.jspecify.annotations.NullMarked;
