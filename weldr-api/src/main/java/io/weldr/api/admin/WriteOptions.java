package io.weldr.api.admin;

import io.weldr.core.port.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * What goes with every write.
 *
 * @param id names the wish
 * @param expectedRevision refuse unless the origin was last modified then; null: whatever it is
 * @param waitApplied answer only once every member that can be reached has applied it
 */
public record WriteOptions(RequestId id, @Nullable Long expectedRevision, boolean waitApplied) {}
