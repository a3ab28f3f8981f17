package io.weldr.core.port;

import java.util.List;

/** Tells what is measured in a part of the node. Any thread, at each scrape; takes microseconds. */
@FunctionalInterface
public interface MetricSource {
    List<Measurement> measure();
}
