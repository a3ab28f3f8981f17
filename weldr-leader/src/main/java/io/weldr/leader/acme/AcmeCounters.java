package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.port.Measurement;
import io.weldr.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the orders of this node since it started, and how the certificates of the cluster stand. Any thread.
 */
final class AcmeCounters {
    private final LongAdder begun = new LongAdder();
    private final LongAdder issued = new LongAdder();
    private final LongAdder failed = new LongAdder();

    void begun() {
        begun.increment();
    }

    void issued() {
        issued.increment();
    }

    void failed() {
        failed.increment();
    }

    List<Measurement> measure(ClusterState state) {
        String orders = "Orders of certificates by this node while it led, by result.";
        List<Measurement> all = new ArrayList<>();
        all.add(new Measurement.Counter("acme_orders", orders, Map.of("result", "begun"), begun.sum()));
        all.add(new Measurement.Counter("acme_orders", orders, Map.of("result", "issued"), issued.sum()));
        all.add(new Measurement.Counter("acme_orders", orders, Map.of("result", "failed"), failed.sum()));
        for (Certificate certificate : state.certificates().values()) {
            measure(certificate, all);
        }
        return all;
    }

    private static void measure(Certificate certificate, List<Measurement> all) {
        Map<String, String> labels = Map.of("certificate", certificate.name().value());
        IssuedChain chain = certificate.issued();
        if (chain != null) {
            all.add(new Measurement.Gauge(
                    "certificate_not_after_seconds",
                    "When a certificate expires, as Unix time.",
                    labels,
                    chain.notAfter().getEpochSecond()));
        }
        if (certificate.acme() != null) {
            AcmeOrder order = certificate.order();
            all.add(new Measurement.Gauge(
                    "certificate_order_failures",
                    "Failures in a row of the orders of a certificate; 0 once one was issued.",
                    labels,
                    order == null ? 0 : order.failures()));
        }
    }
}
