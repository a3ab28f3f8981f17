/**
 * What operators see of a running cluster: rules and dashboards with a real Prometheus, traces as a collector gets
 * them.
 */
@NullMarked
package io.weldr.it.monitoring;

import org.jspecify.annotations.NullMarked;
