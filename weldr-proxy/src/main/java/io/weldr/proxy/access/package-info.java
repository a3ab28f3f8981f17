/**
 * The access log: {@link io.weldr.proxy.access.AccessLog} owns the file and its thread, an {@link
 * io.weldr.proxy.access.AccessLog.Sheet} gathers the lines of one worker. A full log drops lines and counts them; no
 * request ever waits for a disk.
 */
@NullMarked
package io.weldr.proxy.access;

import org.jspecify.annotations.NullMarked;
