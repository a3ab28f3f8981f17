package io.weldr.proxy.trace;

import io.weldr.core.Check;
import io.weldr.proxy.access.Redaction;

/**
 * The trace settings of a node.
 *
 * @param sample share of the requests without a trace of their own that are sampled, 0 to 1
 * @param redaction what traces do not tell of the target of a request
 */
public record Tracing(double sample, TraceSink sink, Redaction redaction) {
    public Tracing {
        Check.that(sample >= 0 && sample <= 1, "sample", sample, "0 to 1");
    }
}
