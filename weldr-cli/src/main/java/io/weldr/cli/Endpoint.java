package io.weldr.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Where a node's gRPC API is: host and port. */
record Endpoint(String host, int port) {
    /** As many as a cluster has members. */
    private static final int ENDPOINTS_MAX = 16;

    /** Reads {@code H:P[,H:P...]}; IPv6 in brackets. */
    static List<Endpoint> parseList(String text) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String part : text.split(",", ENDPOINTS_MAX + 1)) {
            endpoints.add(parse(part.strip(), text));
        }
        if (endpoints.size() > ENDPOINTS_MAX) {
            throw new CliException(
                    ExitCode.USAGE, "--endpoint: more than " + ENDPOINTS_MAX + " (expected: at most that many)");
        }
        return List.copyOf(endpoints);
    }

    private static Endpoint parse(String part, String whole) {
        int colon = part.lastIndexOf(':');
        String host = colon < 0 ? "" : part.substring(0, colon);
        String port = part.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        boolean plain = !host.isEmpty() && (bracketed || host.indexOf(':') < 0) && port.matches("[0-9]{1,5}");
        int number = plain ? Integer.parseInt(port) : 0;
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--endpoint: \"" + part
                            + "\" (expected: host:port, and an IPv6 address in brackets, as in [::1]:8787)");
        }
        if (number < 1 || number > 65_535) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--endpoint: \"" + whole + "\" (expected: host:port[,host:port...], as in 127.0.0.1:8787)");
        }
        Endpoint endpoint = new Endpoint(bracketed ? host.substring(1, host.length() - 1) : host, number);
        try {
            // gRPC reads an address as a part of a URI, too, and would refuse it later.
            var unused = new URI(null, null, endpoint.host(), number, null, null, null);
        } catch (URISyntaxException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--endpoint: host \"" + endpoint.host()
                            + "\" (expected: an IP address, or a name of letters, digits and -)");
        }
        return endpoint;
    }

    /** Whether it is an address of this machine alone, as far as can be told without asking anybody. */
    boolean isLoopback() {
        return host.equals("localhost") || host.matches("127(\\.[0-9]{1,3}){3}") || host.matches("(0*:)+0*1");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
