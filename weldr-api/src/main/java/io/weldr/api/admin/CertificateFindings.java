package io.weldr.api.admin;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.port.Finding;
import io.weldr.core.state.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Certificates of the cluster that expire soon, and orders that failed. Pure. */
final class CertificateFindings {
    /** As long before its end somebody has to know, who may be on holiday for a week. */
    static final Duration SOON = Duration.ofDays(14);

    /** ACME renews when a third of the life is left: below this part it has failed to for a while. */
    private static final int PART_OF_LIFE = 4;

    private CertificateFindings() {}

    static List<Finding> of(ClusterState state, Instant now) {
        List<Finding> all = new ArrayList<>();
        for (Certificate certificate : state.certificates().values()) {
            expiry(certificate, now, all);
            order(certificate, all);
        }
        return all;
    }

    private static void expiry(Certificate certificate, Instant now, List<Finding> all) {
        IssuedChain issued = certificate.issued();
        if (issued == null) {
            return;
        }
        boolean obtained = certificate.acme() != null;
        Duration part = Duration.between(issued.notBefore(), issued.notAfter()).dividedBy(PART_OF_LIFE);
        Duration soon = obtained && part.compareTo(SOON) < 0 ? part : SOON;
        Duration left = Duration.between(now, issued.notAfter());
        String remedy = obtained
                ? "see why the leader does not renew it: weldrctl certs get " + certificate.name()
                : "weldrctl certs add " + certificate.name() + " --cert FILE --key FILE --replace";
        if (!left.isNegative() && left.compareTo(soon) < 0) {
            all.add(Finding.warning(
                    "certificate",
                    null,
                    "certificate " + certificate.name() + " expires " + issued.notAfter() + ", in "
                            + (left.toDays() > 1 ? left.toDays() + " days" : left.toHours() + " hours"),
                    remedy));
        } else if (left.isNegative()) {
            all.add(Finding.critical(
                    "certificate",
                    null,
                    "certificate " + certificate.name() + " expired " + issued.notAfter(),
                    remedy));
        }
    }

    private static void order(Certificate certificate, List<Finding> all) {
        AcmeOrder order = certificate.order();
        String error = order == null ? null : order.error();
        if (order == null || error == null) {
            return;
        }
        String found = "the last order of certificate " + certificate.name() + " failed"
                + (order.failures() > 1 ? ", " + order.failures() + " times in a row" : "") + ": " + error;
        String remedy = "remove the cause that the error names; the leader tries again at " + order.notBefore()
                + ", and at once when the certificate is written again";
        all.add(
                certificate.issued() == null
                        ? Finding.critical("certificate-order", null, found, remedy)
                        : Finding.warning("certificate-order", null, found, remedy));
    }
}
