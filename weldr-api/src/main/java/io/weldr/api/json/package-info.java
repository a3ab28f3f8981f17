/**
 * JSON bodies. {@link io.weldr.api.json.RequestBodies} parses requests strictly; the records beside it are the
 * answers. Only this package uses Jackson. Pure: it turns bytes into values, or throws a {@link
 * io.weldr.api.error.ProblemException}.
 */
@NullMarked
package io.weldr.api.json;

import org.jspecify.annotations.NullMarked;
