package io.weldr.api.admin;

import io.weldr.core.port.BackupSource;
import io.weldr.core.port.CedeCalls;
import io.weldr.core.port.CertificateConditions;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.ListenerConditions;
import io.weldr.core.port.MemberCalls;
import io.weldr.core.port.Membership;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.NodeChecks;
import io.weldr.core.port.ProbeCalls;
import io.weldr.core.port.ProbeSource;
import io.weldr.core.port.ProcessControl;
import io.weldr.core.port.Published;
import io.weldr.core.port.RoutingSource;
import io.weldr.core.port.SentHeads;
import io.weldr.core.port.SessionSigner;
import io.weldr.core.port.StatusSource;
import io.weldr.core.port.SupportSource;
import io.weldr.core.port.TrafficSource;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that the API sees of its node. Everything may be called from any thread and never blocks.
 *
 * @param intake takes certificates and keys from requests
 * @param calls answers what the consensus modules of other members send
 * @param cedes answers a new leader that asks for the virtual IP
 * @param canHold whether clients would reach the virtual IP on this node
 * @param probes answers a leader that wants a second opinion on an origin
 * @param unready why the node is not ready, for people; empty once it is
 * @param stuck why the process has to be restarted, for people; null if it works
 * @param self what the node tells the others about itself; null until its listeners are bound
 * @param virtualIp the virtual IPs of this node; null: it has none in its configuration
 * @param checks looks at the settings and the machine of this node
 * @param support tells what goes into a support bundle
 * @param process of this node, and how it is restarted
 * @param backups gives the state as a file
 * @param sessions signs what browsers keep of a sign-in
 * @param clock stamps commands
 */
public record AdminPorts(
        CommandGateway gateway,
        Published<ClusterState> state,
        StatusSource status,
        Membership membership,
        TrafficSource traffic,
        RoutingSource routing,
        ListenerConditions listeners,
        CertificateConditions certificates,
        CertificateIntake intake,
        SentHeads sentHeads,
        ProbeSource lastProbes,
        List<MetricSource> metrics,
        MemberCalls calls,
        CedeCalls cedes,
        BooleanSupplier canHold,
        ProbeCalls probes,
        Supplier<List<String>> unready,
        Supplier<@Nullable String> stuck,
        Supplier<@Nullable Member> self,
        Supplier<@Nullable VirtualIpStatus> virtualIp,
        NodeChecks checks,
        SupportSource support,
        ProcessControl process,
        BackupSource backups,
        SessionSigner sessions,
        InstantSource clock) {

    public AdminPorts {
        metrics = List.copyOf(metrics);
    }

    /** The same, but what consensus gives comes on those threads. */
    public AdminPorts on(AnswerThreads threads) {
        return new AdminPorts(
                threads.gateway(gateway),
                state,
                status,
                threads.membership(membership),
                traffic,
                routing,
                listeners,
                certificates,
                intake,
                sentHeads,
                lastProbes,
                metrics,
                calls,
                cedes,
                canHold,
                probes,
                unready,
                stuck,
                self,
                virtualIp,
                checks,
                support,
                process,
                backups,
                sessions,
                clock);
    }
}
