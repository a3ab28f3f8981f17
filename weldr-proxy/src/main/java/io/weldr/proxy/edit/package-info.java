/**
 * Edits of message heads that an intermediary must make (RFC 9110 section 7.6), and the answers of weldr itself.
 *
 * <p>{@link io.weldr.proxy.edit.RequestEditor} and {@link io.weldr.proxy.edit.ResponseEditor} copy a scanned head to
 * the other side, and copy unchanged lines in runs. {@link io.weldr.proxy.edit.Answers} writes a whole answer.
 * Instances belong to one event loop.
 */
@NullMarked
package io.weldr.proxy.edit;

import org.jspecify.annotations.NullMarked;
