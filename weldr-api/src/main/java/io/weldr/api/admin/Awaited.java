package io.weldr.api.admin;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ListenerName;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that a member waits for before it reports.
 *
 * @param index the log index that its proxy has to route by; 0: none, it reports at once
 * @param listener the listener that it has to have bound, or be unable to bind by its configuration; null: none
 * @param certificate the certificate that it has to have loaded, or be unable to load: it is loaded before workers
 *     route by it, so that nothing more is waited for; null: none
 */
public record Awaited(
        long index,
        @Nullable ListenerName listener,
        @Nullable CertificateName certificate) {
    /** It reports at once. */
    public static final Awaited NOTHING = new Awaited(0, null, null);

    /** Its proxy routes by that index. */
    public static Awaited of(long index) {
        return new Awaited(index, null, null);
    }
}
