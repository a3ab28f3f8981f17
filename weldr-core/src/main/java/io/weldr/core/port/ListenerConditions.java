package io.weldr.core.port;

import java.util.List;

/**
 * Tells what this node has made of the listeners of the cluster. Any thread; may ask the kernel, and takes little time.
 */
public interface ListenerConditions {
    /**
     * One for each listener of the state that this node has applied, by name, and one for each address that still
     * drains. A listener that waits for its new address has two. A node that does not proxy has none.
     */
    List<ListenerCondition> listenerConditions();

    /**
     * The revision of a state whose listeners have all been bound, or tried. Listeners that this state does not have
     * take no new connections. A node that does not proxy tells the newest state that it knows.
     */
    long listenedRevision();
}
