package io.weldr.api.admin;

import java.util.List;

/**
 * The result of a write of a pool, listener, route or certificate.
 *
 * @param entry after the write; of one that was removed, its name and its last stamp
 * @param warnings what is odd about it, for people
 */
public record ResourceWritten(Written written, ResourceEntry entry, List<String> warnings) {
    public ResourceWritten {
        warnings = List.copyOf(warnings);
    }
}
