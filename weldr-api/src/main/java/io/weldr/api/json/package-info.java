/**
 * JSON bodies: {@link io.weldr.api.json.RequestBodies} reads them, strictly, and the records beside it are what answers
 * look like. Jackson stays within this package. Pure: bytes in, values or a {@link io.weldr.api.error.ProblemException}
 * out.
 */
@NullMarked
package io.weldr.api.json;

import org.jspecify.annotations.NullMarked;
