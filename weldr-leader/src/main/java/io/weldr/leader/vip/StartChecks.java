package io.weldr.leader.vip;

import io.weldr.core.Check;
import io.weldr.leader.vip.Processes.Finished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold before a node may promise to hold an address: it is Linux, the programs are there, the interfaces
 * exist, and this process may change addresses and send raw frames. Addresses that an earlier run left are removed on
 * the way, if asked for. Blocks; each program is given {@link #PROGRAM_MAX}.
 */
final class StartChecks {
    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);

    private static final Duration PROGRAM_MAX = Duration.ofSeconds(5);

    /**
     * An address that no interface has. The kernel looks at the right to delete an address before it looks for the
     * address.
     */
    private static final String NOBODYS_ADDRESS = "0.0.0.0/32";

    private final Processes processes;
    private final Packets packets;
    private final VirtualIpSettings settings;
    private final boolean removing;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param problems each one line for an operator; the node must not start if there is any
     * @param programs null if one is missing
     */
    record Result(List<String> problems, @Nullable Programs programs) {}

    private StartChecks(VirtualIpSettings settings, Processes processes, Packets packets, boolean removing) {
        this.settings = settings;
        this.processes = processes;
        this.packets = packets;
        this.removing = removing;
    }

    /** @param removing whether addresses that an earlier run left are removed; without it nothing is changed */
    static Result run(
            VirtualIpSettings settings,
            Processes processes,
            Packets packets,
            String operatingSystem,
            String searchPath,
            boolean removing) {
        StartChecks checks = new StartChecks(settings, processes, packets, removing);
        Programs programs = checks.run(operatingSystem, searchPath);
        return new Result(List.copyOf(checks.problems), programs);
    }

    private @Nullable Programs run(String operatingSystem, String searchPath) {
        if (settings.addresses().isEmpty()) {
            return new Programs("", ""); // hooks need only /bin/sh, as the line that is run says
        }
        if (!operatingSystem.equals("Linux")) {
            problems.add("virtual IP: the operating system is " + Check.quote(operatingSystem) + " (expected: Linux)");
            return null;
        }
        Programs programs = findPrograms(searchPath);
        if (programs != null) {
            settings.addresses().stream()
                    .map(VirtualIp::interfaceName)
                    .distinct()
                    .forEach(name -> checkInterface(programs, name));
            if (problems.isEmpty()) {
                checkRights(programs);
            }
            if (problems.isEmpty()) {
                settings.addresses().forEach(address -> removeLeftover(programs, address));
            }
        }
        return programs;
    }

    private @Nullable Programs findPrograms(String searchPath) {
        String sh = find("sh", "a POSIX shell", searchPath);
        String ip = find("ip", "package iproute2 or iproute", searchPath);
        return sh != null && ip != null ? new Programs(sh, ip) : null;
    }

    private @Nullable String find(String program, String whereFrom, String searchPath) {
        String path = Programs.find(program, searchPath);
        if (path == null) {
            problems.add("virtual IP: there is no program " + program + " (expected: " + whereFrom + ")");
        }
        return path;
    }

    private void checkInterface(Programs programs, String name) {
        Finished shown = run(programs.ip(), "-oneline", "link", "show", "dev", name);
        if (!shown.succeeded()) {
            problems.add("virtual IP: interface " + Check.quote(name) + ": " + shown.oneLine()
                    + " (expected: an interface of this machine)");
        }
    }

    private void checkRights(Programs programs) {
        if (delete(programs, NOBODYS_ADDRESS, "lo").contains("not permitted")) {
            problems.add(
                    "virtual IP: this process may not change addresses (expected: root, or the capability CAP_NET_ADMIN)");
        }
        String obstacle = packets.obstacle();
        if (obstacle != null) {
            problems.add("virtual IP: " + obstacle);
        }
    }

    /**
     * An address with a lifetime as weldr sets it is what an earlier run left. Any other is somebody else's: it is
     * neither deleted nor held.
     */
    private void removeLeftover(Programs programs, VirtualIp address) {
        Finished shown = run(programs.ip(), "-oneline", "address", "show", "to", address.address());
        for (String line : shown.output().lines().toList()) {
            Shown found = Shown.parse(line);
            if (found == null) {
                continue;
            }
            if (!found.mayBeOurs(settings.lifetime())) {
                problems.add(taken(address, found));
            } else if (removing) {
                LOG.info("Removing {} from {}, left by an earlier run", found.cidr(), found.interfaceName());
                delete(programs, found.cidr(), found.interfaceName());
            }
        }
    }

    private String taken(VirtualIp address, Shown found) {
        Long seconds = found.secondsLeft();
        String configured = "virtual IP " + address.address() + ": " + found.cidr() + " is configured on "
                + found.interfaceName() + " ";
        return seconds == null
                ? configured + "permanently (expected: only weldr configures it; remove it with: ip address delete "
                        + found.cidr() + " dev " + found.interfaceName() + ")"
                : configured + "for another " + seconds
                        + " s, as by a DHCP server (expected: only weldr configures it, for "
                        + settings.lifetime().toSeconds()
                        + " s at most; choose an address that no other program assigns)";
    }

    private String delete(Programs programs, String cidr, String interfaceName) {
        return run(programs.ip(), "address", "delete", cidr, "dev", interfaceName)
                .output();
    }

    private Finished run(String... command) {
        return processes
                .run(List.of(command), Map.of(), PROGRAM_MAX)
                .toCompletableFuture()
                .join();
    }
}
