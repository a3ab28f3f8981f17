package io.weldr.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import java.security.GeneralSecurityException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS implementation: BoringSSL if it is available, else the JDK. */
public enum TlsLibrary {
    /** The first that can be had. */
    AUTO,
    /** netty-tcnative. */
    BORINGSSL,
    /** {@code javax.net.ssl}. Costs more CPU, and its sessions resume on the node that began them alone. */
    JDK;

    private static final Logger LOG = LoggerFactory.getLogger(TlsLibrary.class);

    /**
     * The library itself. Loads it: takes a while the first time, and says in the log if it is not there.
     *
     * @throws IllegalStateException it cannot be had here
     */
    public TlsLibrary resolve() {
        return switch (this) {
            case JDK -> JDK;
            case BORINGSSL -> {
                if (!OpenSsl.isAvailable()) {
                    throw new IllegalStateException("tls: BoringSSL does not run here: " + reason());
                }
                yield BORINGSSL;
            }
            case AUTO -> OpenSsl.isAvailable() ? BORINGSSL : Missing.told();
        };
    }

    /** The log says it once in the life of the process. */
    private static final class Missing {
        private static final TlsLibrary INSTEAD = tell();

        private Missing() {}

        private static TlsLibrary tell() {
            LOG.warn(
                    "TLS: BoringSSL does not run here, the JDK speaks TLS in its place. Handshakes cost more CPU, and sessions"
                            + " resume only on the node that began them: {}",
                    reason());
            return JDK;
        }

        static TlsLibrary told() {
            return INSTEAD;
        }
    }

    private static String reason() {
        Throwable cause = OpenSsl.unavailabilityCause();
        return String.valueOf(rootOf(cause));
    }

    private static @Nullable Throwable rootOf(@Nullable Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** What {@code /readyz?verbose} and the log call it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Makes a context. Takes milliseconds. Only on what {@link #resolve} gave.
     *
     * @throws GeneralSecurityException the certificate, its key or the authorities of clients cannot be used; the
     *     message says why
     */
    public TlsContext context(KeyAndChain material, ContextSpec spec) throws GeneralSecurityException {
        assert this != AUTO : "not resolved";
        if (this == JDK) {
            return new JdkContext(material, spec);
        }
        try {
            return new NativeContext(material, spec);
        } catch (GeneralSecurityException e) {
            throw e;
        } catch (Exception e) { // the library declares no less
            throw new GeneralSecurityException(NativeErrors.reason(String.valueOf(e.getMessage())), e);
        }
    }
}
