package io.weldr.core;

/**
 * The revisions at which an operator created and last changed a resource.
 *
 * @param created 0 for resources that every cluster has from its beginning
 * @param modified the last change that an operator made to it: what {@code ETag} and {@code If-Match} speak of
 */
public record Stamp(long created, long modified) {
    /** Of what every cluster has from its beginning. */
    public static final Stamp INITIAL = new Stamp(0, 0);

    /** The same resource, written again. */
    public Stamp modifiedAt(long revision) {
        return new Stamp(created, revision);
    }
}
