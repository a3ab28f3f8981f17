/**
 * Connections of the API before their first request.
 */
@NullMarked
package io.weldr.api.listen;

import org.jspecify.annotations.NullMarked;
