package io.weldr.core.port;

import java.util.List;

/** Tells what this node has made of the listeners of the cluster. Any thread; may ask the kernel, and takes little time. */
@FunctionalInterface
public interface ListenerConditions {
    /**
     * One for each listener of the state that this node has applied, by name, and one for each address that still
     * drains. A node that does not proxy has none.
     */
    List<ListenerCondition> listenerConditions();
}
