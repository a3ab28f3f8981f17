package io.weldr.leader.vip;

import io.weldr.core.Check;
import io.weldr.leader.vip.Processes.Finished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold before a node may promise to hold an address: it is Linux, the programs are there, the interfaces exist, and this
 * process may change addresses and send raw frames. Addresses that an earlier run left are removed on the way, if asked for. Blocks; each program
 * is given {@link #PROGRAM_MAX}.
 */
final class StartChecks {
    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);

    private static final Duration PROGRAM_MAX = Duration.ofSeconds(5);

    /** {@code 2: eth0    inet 192.0.2.10/24 scope global dynamic eth0\ valid_lft 2sec …}; a point-to-point address has {@code peer …/24}. */
    private static final Pattern SHOWN =
            Pattern.compile("^\\d+: (\\S+)\\s+inet6? ([^/ ]+)( peer [^/ ]+)?/(\\d+) (.*)$");

    private final Processes processes;
    private final VirtualIpSettings settings;
    private final boolean removing;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param problems each one line for an operator; the node must not start if there is any
     * @param programs null if one is missing
     */
    record Result(List<String> problems, @Nullable Programs programs) {}

    private StartChecks(VirtualIpSettings settings, Processes processes, boolean removing) {
        this.settings = settings;
        this.processes = processes;
        this.removing = removing;
    }

    /** @param removing whether addresses that an earlier run left are removed; without it nothing is changed */
    static Result run(
            VirtualIpSettings settings,
            Processes processes,
            String operatingSystem,
            String searchPath,
            boolean removing) {
        StartChecks checks = new StartChecks(settings, processes, removing);
        Programs programs = checks.run(operatingSystem, searchPath);
        return new Result(List.copyOf(checks.problems), programs);
    }

    private @Nullable Programs run(String operatingSystem, String searchPath) {
        if (settings.addresses().isEmpty()) {
            return new Programs("", "", null, null); // hooks need only /bin/sh, as the line that is run says
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
                settings.addresses().forEach(address -> removeLeftover(programs, address));
            }
            if (problems.isEmpty()) {
                checkRawFrames(programs);
            }
        }
        return programs;
    }

    private @Nullable Programs findPrograms(String searchPath) {
        boolean ipv4 = settings.addresses().stream().anyMatch(address -> !address.isIpv6());
        boolean ipv6 = settings.addresses().stream().anyMatch(VirtualIp::isIpv6);
        String sh = find("sh", "a POSIX shell", searchPath);
        String ip = find("ip", "package iproute2 or iproute", searchPath);
        String arping = ipv4 ? find("arping", "package iputils-arping or iputils", searchPath) : null;
        String ndptool = ipv6 ? find("ndptool", "package libndp-tools or libndp", searchPath) : null;
        return problems.isEmpty() && sh != null && ip != null ? new Programs(sh, ip, arping, ndptool) : null;
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

    /** An address with a lifetime is what an earlier run left; one without is somebody else's, and must not become ours by accident. */
    private void removeLeftover(Programs programs, VirtualIp address) {
        boolean present = false;
        Finished shown = run(programs.ip(), "-oneline", "address", "show", "to", address.address());
        for (String line : shown.output().lines().toList()) {
            Matcher found = SHOWN.matcher(line);
            if (!found.matches()) {
                continue;
            }
            String cidr = found.group(2) + "/" + found.group(4);
            if (found.group(5).contains("valid_lft forever")) {
                problems.add("virtual IP " + address.address() + ": " + cidr + " is configured on " + found.group(1)
                        + " for good (expected: left to weldr; remove it with: ip address delete " + cidr + " dev "
                        + found.group(1) + ")");
                continue;
            }
            present = true;
            if (!removing) {
                continue;
            }
            LOG.info("Removing {} from {}, left by an earlier run", cidr, found.group(1));
            delete(programs, cidr, found.group(1));
        }
        // Also when there is none: the kernel looks at the right to do it first.
        if (problems.isEmpty() && (removing || !present)) {
            delete(programs, address.cidr(), address.interfaceName());
        }
    }

    private void delete(Programs programs, String cidr, String interfaceName) {
        Finished deleted = run(programs.ip(), "address", "delete", cidr, "dev", interfaceName);
        if (deleted.output().contains("not permitted")) {
            problems.add("virtual IP " + cidr
                    + ": this process may not change addresses (expected: root, or the capability CAP_NET_ADMIN)");
        }
    }

    /** Both open their socket before anything else. ARP is refused on the loopback interface; an advertisement there harms nobody. */
    private void checkRawFrames(Programs programs) {
        List<List<String>> attempts = new ArrayList<>();
        if (programs.arping() != null) {
            attempts.add(Announcer.gratuitousArp(programs, "lo", "127.0.0.1"));
        }
        if (programs.ndptool() != null) {
            attempts.add(Announcer.neighbourAdvertisement(programs, "lo", "::1"));
        }
        for (List<String> attempt : attempts) {
            Finished tried = run(attempt.toArray(String[]::new));
            if (tried.output().contains("not permitted")) {
                problems.add("virtual IP: " + attempt.get(0)
                        + " may not send raw frames (expected: root, or the capability CAP_NET_RAW)");
            }
        }
    }

    private Finished run(String... command) {
        return processes
                .run(List.of(command), Map.of(), PROGRAM_MAX)
                .toCompletableFuture()
                .join();
    }
}
