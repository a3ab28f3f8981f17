package io.weldr.proxy.edit;

import io.weldr.proxy.http1.RequestHead;

/** Gives each request of one event loop an id of its own, unless the client has given one. Confined to the loop. */
public final class RequestIds {

    private final long prefix;
    private long sequence;

    /**
     * Ids that no other loop makes.
     *
     * @param prefix of this node, random at each start
     * @param loop number of the loop among those of the node, below 65536
     */
    public RequestIds(long prefix, int loop) {
        this.prefix = prefix;
        sequence = (long) loop << 48;
    }

    /** Takes over the id that the client sent, or makes one. */
    public void set(RequestId id, RequestHead head) {
        id.set(head, prefix, sequence++);
    }

    /** Makes an id for what is no request. */
    public void make(RequestId id) {
        id.make(prefix, sequence++);
    }
}
