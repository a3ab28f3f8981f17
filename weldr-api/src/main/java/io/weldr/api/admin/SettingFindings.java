package io.weldr.api.admin;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Finding;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.state.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is odd between the settings of the members. Pure. */
final class SettingFindings {
    private static final String ADVICE = "give all members the same value, and restart one after the other";

    private SettingFindings() {}

    /** @param voters as Raft has them */
    static List<Finding> of(List<MemberChecks> members, List<Voter> voters) {
        SortedMap<String, SortedMap<MemberId, String>> values = new TreeMap<>();
        for (MemberChecks member : members) {
            member.facts()
                    .settings()
                    .forEach((key, value) ->
                            values.computeIfAbsent(key, any -> new TreeMap<>()).put(member.member(), value));
        }
        List<Finding> all = new ArrayList<>();
        SortedMap<MemberId, String> secrets = values.remove(NodeFacts.SECRET);
        if (secrets != null) {
            secrets(secrets, members, all);
        }
        SortedMap<MemberId, String> peers = values.remove(NodeFacts.PEERS);
        if (peers != null) {
            peers(peers, voters, all);
        }
        values.forEach((key, byMember) -> {
            if (byMember.values().stream().distinct().count() > 1) {
                all.add(Finding.warning("settings", null, key + " differs: " + groups(byMember), ADVICE));
            }
        });
        return all;
    }

    /** {@code "a" on n1, n2; "b" on n3}. */
    static String groups(SortedMap<MemberId, String> byMember) {
        Map<String, List<String>> groups = new TreeMap<>();
        byMember.forEach((member, value) ->
                groups.computeIfAbsent(value, any -> new ArrayList<>()).add(member.value()));
        return groups.entrySet().stream()
                .map(group -> (group.getKey().isEmpty() ? "nothing" : group.getKey()) + " on "
                        + String.join(", ", group.getValue()))
                .collect(Collectors.joining("; "));
    }

    /** An edit of the file is done when all members have it; three edits replace a secret. */
    private static void secrets(SortedMap<MemberId, String> secrets, List<MemberChecks> members, List<Finding> all) {
        List<String> without = members.stream()
                .map(MemberChecks::member)
                .filter(member -> !secrets.containsKey(member))
                .map(MemberId::value)
                .toList();
        if (!without.isEmpty()) {
            all.add(Finding.warning(
                    "secret",
                    null,
                    "the cluster has a secret, and " + String.join(", ", without)
                            + (without.size() == 1 ? " has" : " have")
                            + " none: sticky cookies and private keys do not work there",
                    "copy the file of another member, name it in secret-file, and restart the node"));
        }
        List<Set<String>> sets =
                secrets.values().stream().map(SettingFindings::words).toList();
        boolean strangers =
                sets.stream().anyMatch(one -> sets.stream().anyMatch(other -> Collections.disjoint(one, other)));
        if (strangers) {
            all.add(Finding.critical(
                    "secret",
                    null,
                    "members have different secrets and do not accept each other; fingerprints: " + groups(secrets),
                    "copy the secret-file of a member that works to the others: weldr reads it again within 30 s, or at"
                            + " SIGHUP"));
        } else if (secrets.values().stream().distinct().count() > 1) {
            all.add(Finding.warning(
                    "secret",
                    null,
                    "the replacement of the secret is half done; fingerprints, the current one first: "
                            + groups(secrets),
                    "bring the secret-file of all members to the same lines before the next step: first the new secret"
                            + " as second line, then the lines swapped, then the second line removed"));
        } else if (sets.get(0).size() > 1) {
            all.add(Finding.warning(
                    "secret",
                    null,
                    "all members still accept two secrets, fingerprints " + secrets.get(secrets.firstKey())
                            + ": the replacement of the secret is not finished",
                    "go on with the next step: swap the lines if the new secret is the second one; remove the second"
                            + " line on all members when no client has an old cookie any more"));
        }
    }

    private static Set<String> words(String fingerprints) {
        return new TreeSet<>(List.of(fingerprints.split(",", -1)));
    }

    /** The list in the file is only read while a node has no log: a node that has lost its disk looks for these. */
    private static void peers(SortedMap<MemberId, String> peers, List<Voter> voters, List<Finding> all) {
        if (voters.isEmpty()) {
            return;
        }
        Map<String, HostPort> real = new TreeMap<>();
        voters.forEach(voter -> real.put(voter.id().value(), voter.raft()));
        peers.forEach((member, text) -> {
            List<String> gone =
                    words(text).stream().filter(peer -> !isVoter(peer, real)).toList();
            if (!gone.isEmpty()) {
                all.add(Finding.warning(
                        "peers",
                        member,
                        "peers names " + String.join(", ", gone) + ", and the voters are "
                                + real.entrySet().stream()
                                        .map(voter -> voter.getKey() + "=" + voter.getValue())
                                        .collect(Collectors.joining(", ")),
                        "write the present voters into peers of the configuration file: the node reads it if it loses"
                                + " its disk"));
            }
        });
    }

    /** A name may stand for the address that Raft has. */
    private static boolean isVoter(String peer, Map<String, HostPort> voters) {
        int equals = peer.indexOf('=');
        HostPort voter = equals < 0 ? null : voters.get(peer.substring(0, equals));
        if (voter == null) {
            return false;
        }
        HostPort address = HostPort.parse(peer.substring(equals + 1));
        return address.equals(voter) || !address.isLiteral() || !voter.isLiteral();
    }
}
