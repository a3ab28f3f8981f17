package io.weldr.leader.health;

/**
 * A probe could not be sent for want of something on this node. It says nothing of the origin. The message says what
 * was wanting.
 */
public final class NotSentException extends Exception {
    private static final long serialVersionUID = 1L;

    NotSentException(String message) {
        super(message);
    }
}
