package io.weldr.proxy.edit;

/**
 * A request target that goes to the origin in place of the one that the client sent. One for each event loop, filled
 * anew for each request that has one.
 */
public final class TargetBytes {
    private byte[] bytes = new byte[0];
    private int length;

    /** The target of the next request. Not copied: it holds until the head is written. */
    public TargetBytes set(byte[] target, int size) {
        bytes = target;
        length = size;
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
