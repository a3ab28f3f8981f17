package io.weldr.core.state;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of weldr itself. An origin there would bring requests back to weldr, or show clients of the proxy
 * the API of a member. A listener there would be in the way of a member that starts. The leader asks before a
 * command enters the log. {@link ClusterState#apply} does not, so a change of this rule cannot make two members
 * disagree.
 *
 * <p>The members have announced most of these addresses. The rest is known to each node about itself, and is kept here.
 * Names are compared as they are written: nothing is resolved. A name that leads to a member gets past this check; the
 * proxy then finds the loop.
 *
 * @param everywhere where this node listens at every address of its machine
 * @param virtualIps addresses that the leader holds, as {@link HostPort#host} has them
 */
public record OwnAddresses(List<Listener> everywhere, Set<String> virtualIps) {
    /** None but those that members have announced. */
    public static final OwnAddresses ANNOUNCED = new OwnAddresses(List.of(), Set.of());

    /** What {@link HostPort} makes of an IPv4 address that is written as an IPv6 address (RFC 4291 section 2.5.5.2). */
    private static final Pattern MAPPED = Pattern.compile("::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})");

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1");

    /** A port of a member that it listens at, whatever the address. */
    public record Listener(MemberId member, MemberPort what, int port) {}

    public OwnAddresses {
        everywhere = List.copyOf(everywhere);
        virtualIps = Set.copyOf(virtualIps);
    }

    /**
     * Why the command may not enter the log: it would move an origin or a listener to one of weldr's own addresses.
     * Null: it would not. One that is there already, because a member came to its address later, can still be changed
     * and removed.
     */
    public @Nullable String refusal(Command command, ClusterState state) {
        if (command instanceof Command.PutListener put) {
            return refusal(put.listener(), state);
        }
        OriginUrl url = newUrl(command, state);
        String owner = url == null ? null : owner(url.address(), state);
        return owner == null ? null : "origin " + url + " is " + owner;
    }

    private @Nullable String refusal(io.weldr.core.listener.Listener wish, ClusterState state) {
        HostPort address = wish.address();
        io.weldr.core.listener.Listener before = state.listener(wish.name());
        if (address == null || (before != null && address.equals(before.address()))) {
            return null;
        }
        String host = plain(address.host());
        boolean everyAddress = host.equals("0.0.0.0") || host.equals("::");
        for (Member member : state.members().values()) {
            for (MemberPort what : MemberPort.values()) {
                HostPort there = what.of(member);
                // The listener default of a node may share its port with a listener at one address.
                if (what != MemberPort.PROXY
                        && there != null
                        && there.port() == address.port()
                        && (everyAddress || sameHost(host, plain(there.host())))) {
                    return taken(wish, member.id(), what);
                }
            }
        }
        for (Listener own : everywhere) {
            if (own.what() != MemberPort.PROXY && own.port() == address.port()) {
                return taken(wish, own.member(), own.what());
            }
        }
        return null;
    }

    private static String taken(io.weldr.core.listener.Listener wish, MemberId member, MemberPort what) {
        return "listener " + wish.name() + " at " + wish.address() + " would take the " + what.text() + " of member "
                + member + " (expected: a port that no member uses for itself; " + what.setting()
                + " of a member says which)";
    }

    /** Where an origin would be that is not there yet. */
    private static @Nullable OriginUrl newUrl(Command command, ClusterState state) {
        if (command instanceof Command.AddOrigin add) {
            OriginUrl url = add.spec().url();
            Pool pool = state.pool(add.pool());
            return pool != null && pool.find(url.address()) != null ? null : url;
        }
        if (command instanceof Command.UpdateOrigin update) {
            OriginUrl url = update.patch().url();
            Origin before = before(state, update.pool(), update.origin());
            return url == null || before == null || before.url().address().equals(url.address()) ? null : url;
        }
        return null;
    }

    private static @Nullable Origin before(ClusterState state, PoolName name, OriginRef origin) {
        Pool pool = state.pool(name);
        return pool == null ? null : origin.in(pool);
    }

    /** Whose address it is, and what to do; null: nobody's. */
    private @Nullable String owner(HostPort address, ClusterState state) {
        String host = plain(address.host());
        for (io.weldr.core.listener.Listener listener : state.listeners().values()) {
            HostPort there = listener.address();
            if (there != null && there.port() == address.port() && leadsToListener(host, there, state)) {
                return "listener " + listener.name() + " of the cluster, at " + there
                        + " (expected: the address of a server that is not weldr)";
            }
        }
        for (Member member : state.members().values()) {
            for (MemberPort what : MemberPort.values()) {
                HostPort there = what.of(member);
                if (there != null && there.port() == address.port() && sameHost(host, plain(there.host()))) {
                    return described(member.id(), what, "at " + there);
                }
            }
            HostPort proxy = member.proxy();
            if (proxy != null && proxy.port() == address.port() && virtualIps.contains(host)) {
                return described(member.id(), MemberPort.PROXY, "at the virtual IP " + host);
            }
        }
        for (Listener listener : everywhere) {
            if (listener.port() == address.port() && (isThisMachine(host) || virtualIps.contains(host))) {
                return described(
                        listener.member(),
                        listener.what(),
                        "which listens on port " + listener.port() + " at every address of its machine");
            }
        }
        return null;
    }

    /**
     * Every member listens there. A wildcard means every address of its machine, of which weldr knows those that it
     * announces.
     */
    private boolean leadsToListener(String host, HostPort there, ClusterState state) {
        boolean everyAddress = there.host().equals("0.0.0.0") || there.host().equals("::");
        if (!everyAddress) {
            return sameHost(host, plain(there.host()));
        }
        return isThisMachine(host)
                || virtualIps.contains(host)
                || state.members().values().stream()
                        .anyMatch(member -> sameHost(host, plain(member.raft().host()))
                                || (member.proxy() != null
                                        && sameHost(host, plain(member.proxy().host()))));
    }

    private static String described(MemberId member, MemberPort what, String where) {
        return "the " + what.text() + " of member " + member + ", " + where
                + " (expected: the address of a server that is not weldr; if a server has to listen there, change "
                + what.setting() + " of " + member + " first)";
    }

    /**
     * Whether two hosts lead to the same socket, when the port is the same. A member that listens at 127.0.0.1 leaves
     * 127.0.0.2 and ::1 to other servers.
     */
    private static boolean sameHost(String one, String other) {
        return one.equals(other) || !Collections.disjoint(connectedTo(one), connectedTo(other));
    }

    /** The addresses that a connection to the host may go to. A name that does not mean loopback stands for itself. */
    private static Set<String> connectedTo(String host) {
        boolean both = isLocalName(host) || host.equals("::") || host.equals("0.0.0.0");
        return both ? LOOPBACK : Set.of(host);
    }

    /**
     * Whether the host leads to the machine that connects to it: loopback, a name that means loopback (RFC 6761 section
     * 6.3), or the unspecified address, which Linux takes for loopback.
     */
    private static boolean isThisMachine(String host) {
        return isLocalName(host)
                || host.equals("::1")
                || host.equals("::")
                || host.equals("0.0.0.0")
                || (host.startsWith("127.") && new HostPort(host, 1).isLiteral());
    }

    private static boolean isLocalName(String host) {
        return host.equals("localhost") || host.endsWith(".localhost");
    }

    /** The same host, with an IPv4 address as such. */
    private static String plain(String host) {
        Matcher mapped = MAPPED.matcher(host);
        if (!mapped.matches()) {
            return host;
        }
        int high = Integer.parseInt(mapped.group(1), 16);
        int low = Integer.parseInt(mapped.group(2), 16);
        return (high >> 8) + "." + (high & 0xff) + "." + (low >> 8) + "." + (low & 0xff);
    }
}
