package io.weldr.node.config;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** An address to listen on. Port 0 lets the kernel choose one. */
public record ListenAddress(String host, int port) {
    static ListenAddress parse(String text) {
        boolean anyPort = text.endsWith(":0");
        HostPort address = HostPort.parse(anyPort ? text.substring(0, text.length() - 1) + "1" : text);
        return new ListenAddress(address.host(), anyPort ? 0 : address.port());
    }

    /** The same for a port that other members are told of. */
    static ListenAddress parseOfMember(String text) {
        ListenAddress address = parse(text);
        MemberAddress.check(new HostPort(address.host(), 1));
        return address;
    }

    /** Whether only this machine can reach it. A name counts by what it resolves to. */
    boolean isLoopback() throws UnknownHostException {
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (!address.isLoopbackAddress()) {
                return false;
            }
        }
        return true;
    }

    /** Whether it stands for every address of the machine, and so for none that others could be told. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** The loopback address of the family that it belongs to; a name counts as IPv4. */
    public String loopback() {
        return host.indexOf(':') >= 0 ? "::1" : "127.0.0.1";
    }

    /** Resolved. */
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return HostPort.text(host, port);
    }
}
