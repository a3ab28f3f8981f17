/**
 * The access log. {@link io.weldr.proxy.access.AccessLog} owns the file and its thread. An {@link
 * io.weldr.proxy.access.AccessLog.Sheet} collects the lines of one worker. A full log drops and counts lines. No
 * request waits for the disk.
 */
@NullMarked
package io.weldr.proxy.access;

import org.jspecify.annotations.NullMarked;
