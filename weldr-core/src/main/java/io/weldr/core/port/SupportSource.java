package io.weldr.core.port;

import java.util.List;

/**
 * Tells how this node is set up and what its threads do. Any thread; takes milliseconds: the virtual machine stops for a
 * moment to look at its threads.
 */
@FunctionalInterface
public interface SupportSource {
    List<SupportText> texts();
}
