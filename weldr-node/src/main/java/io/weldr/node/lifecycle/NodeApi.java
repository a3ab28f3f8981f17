package io.weldr.node.lifecycle;

import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.auth.JsonLines;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.port.ApiTls;
import io.weldr.core.state.Actor;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.node.config.ListenAddress;
import io.weldr.node.config.NodeConfig;
import io.weldr.trust.PkiMembers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** What the settings of a node make of the access to its APIs. Its TLS can be used once {@link #open} was called. */
final class NodeApi implements ApiTls, AutoCloseable {
    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final String STANDARD_OUTPUT = "-";

    private final NodeConfig config;
    private final NodeSecret secret;
    private final Supplier<ClusterState> state;
    private final @Nullable LogFile auditFile;
    private final @Nullable JsonLines lines;
    private volatile @Nullable ApiTls tls;
    private volatile @Nullable X509ExtendedKeyManager keys;

    /** @throws IOException the audit log cannot be opened */
    NodeApi(NodeConfig config, NodeSecret secret, Supplier<ClusterState> state) throws IOException {
        this.config = config;
        this.secret = secret;
        this.state = state;
        String where = config.api().auditLog();
        auditFile = where == null || where.equals(STANDARD_OUTPUT) ? null : openFile(where);
        OutputStream out = auditFile == null ? System.out : auditFile;
        lines = where == null ? null : new JsonLines(config.id().value(), out);
    }

    private static LogFile openFile(String where) throws IOException {
        try {
            return new LogFile(Path.of(where));
        } catch (IOException e) {
            throw new IOException("audit log " + where + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Who may use the APIs. */
    ApiAccess access() {
        Set<String> hosts = new HashSet<>(config.api().hosts());
        if (config.advertiseHost() != null) {
            hosts.add(config.advertiseHost());
        }
        return new ApiAccess(
                config.insecure(),
                config.api().loopbackNeedsToken(),
                hosts,
                this,
                lines == null ? AuditLog.NONE : lines);
    }

    /** The secret is open by now. */
    void open() {
        ApiTls own = secret.api(this::names);
        CertificateName name = config.api().certificate();
        tls = own;
        keys = own == null || name == null
                ? own == null ? null : own.keys()
                : new ApiKeys(name, state, secret, own.keys());
    }

    /** The file of the audit log, for whoever opens it again; null: there is none. */
    @Nullable LogFile auditFile() {
        return auditFile;
    }

    /** Names and addresses by which clients may call this node, as far as the node knows. */
    private List<String> names() {
        Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
        if (config.advertiseHost() != null) {
            names.add(config.advertiseHost());
        }
        names.addAll(config.api().hosts());
        config.virtualIp().addresses().forEach(virtual -> names.add(virtual.address()));
        for (ListenAddress address : List.of(config.adminAddress(), config.grpcAddress())) {
            if (address.isWildcard()) {
                names.addAll(ofThisMachine());
            } else {
                names.add(address.host());
            }
        }
        return List.copyOf(names);
    }

    private static List<String> ofThisMachine() {
        List<String> names = new ArrayList<>();
        try {
            String host = Files.readString(KERNEL_HOST_NAME).strip();
            if (host.matches("[A-Za-z0-9.-]{1,253}")) {
                names.add(host);
            }
        } catch (IOException e) {
            // Not Linux: clients call it by an address or a name in admin-hosts.
        }
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                for (InterfaceAddress bound : each.getInterfaceAddresses()) {
                    InetAddress address = bound.getAddress();
                    if (!address.isLinkLocalAddress()) {
                        names.add(address.getHostAddress().replaceFirst("%.*", ""));
                    }
                }
            }
        } catch (SocketException e) {
            return names; // what is known without the interfaces
        }
        return names;
    }

    private static <T> T opened(@Nullable T value) {
        return Objects.requireNonNull(value, "the secret of the node is not open, or there is none");
    }

    @Override
    public X509ExtendedKeyManager keys() {
        return opened(keys);
    }

    @Override
    public X509ExtendedTrustManager trust() {
        return opened(tls).trust();
    }

    @Override
    public @Nullable Actor client(X509Certificate certificate) {
        Actor actor = opened(tls).client(certificate);
        // An authority of the operator's own signs more than members.
        boolean stranger = actor != null
                && actor.kind() == Actor.Kind.NODE
                && !state.get().members().containsKey(new MemberId(actor.name()))
                && !PkiMembers.namesMember(certificate);
        return stranger ? null : actor;
    }

    @Override
    public void close() {
        if (lines != null) {
            lines.close();
        }
        if (auditFile != null) {
            try {
                auditFile.close();
            } catch (IOException e) {
                // The lines are written; the file is of no use any more.
            }
        }
    }
}
