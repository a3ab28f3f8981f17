package io.weldr.node.config;

import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberAddress;
import io.weldr.core.state.MemberId;
import io.weldr.core.tls.CertificateReader;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.node.config.NodeConfig.Join;
import io.weldr.node.config.NodeConfig.PeerTls;
import io.weldr.proxy.limits.Limit;
import io.weldr.proxy.limits.Limit.Unit;
import io.weldr.trust.PkiMembers;
import io.weldr.trust.SecretException;
import io.weldr.trust.SecretFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the texts of single settings. An IllegalArgumentException says what was found and what was expected. */
final class Values {
    /** The file of authorities of a system has about 220 KiB. */
    private static final int AUTHORITIES_BYTES_MAX = 1 << 20;

    private Values() {}

    static @Nullable Join join(String text) {
        if (text.isBlank()) {
            return null;
        }
        return new Join(text.equals("wait") ? null : MemberAddress.parse(text));
    }

    /** The host of a member, without a port; IPv6 with or without brackets. */
    static String host(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String host = bracketed ? text.substring(1, text.length() - 1) : text;
        HostPort address = MemberAddress.check(new HostPort(host, 1));
        Check.that(!bracketed || address.isIpv6(), "host", text, "an IPv6 address between the brackets");
        Check.that(
                !new ListenAddress(address.host(), 1).isWildcard(),
                "host",
                text,
                "an address that other members reach, not every address of this machine");
        return address.host();
    }

    /** A name by which clients call this node. */
    static String name(String text) {
        return new HostPort(text, 1).host();
    }

    static boolean flag(String text) {
        Check.that(text.equals("true") || text.equals("false"), "value", text, "true or false");
        return text.equals("true");
    }

    static int number(String text, int least, int most) {
        Check.that(text.matches("[0-9]{1,9}"), "value", text, "a number from " + least + " to " + most);
        return Check.inRange("value", Integer.parseInt(text), least, most);
    }

    static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
        StringBuilder known = new StringBuilder();
        for (E constant : type.getEnumConstants()) {
            String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text.replace('_', '-'))) {
                return constant;
            }
            known.append(known.isEmpty() ? "" : ", ").append(name);
        }
        throw new IllegalArgumentException(Check.quote(text) + " (expected: one of " + known + ")");
    }

    static List<String> list(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    static Path path(String text) {
        Check.that(!text.isBlank(), "value", text, "a folder");
        return Path.of(text);
    }

    /** The file is read, so that a wrong one is refused before anything starts. What it holds is not kept. */
    static @Nullable Path secretFile(String text) {
        if (text.isBlank()) {
            return null;
        }
        Path file = Path.of(text);
        try {
            SecretFile.read(file);
        } catch (SecretException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return file;
    }

    static String acmeDirectory(String text) {
        AcmeSettings.checkDirectory(text);
        return text;
    }

    /** The file is read, so that a wrong one is refused before anything starts. */
    static @Nullable Path authorities(String text) {
        if (text.isBlank()) {
            return null;
        }
        Path file = Path.of(text);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(AUTHORITIES_BYTES_MAX + 1);
            Check.atMost("bytes", bytes.length, AUTHORITIES_BYTES_MAX);
            CertificateReader.checkAuthorities("authorities", new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(Check.quote(text) + ": no such file (expected: PEM)", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Check.quote(text) + " cannot be read: " + e.getMessage() + " (expected: PEM)", e);
        }
        return file;
    }

    /** The files are read, so that wrong ones are refused before anything starts. What they hold is not kept. */
    static PeerTls peerTls(MemberId self, String certificate, String key, String authorities) {
        PeerTls files = new PeerTls(Path.of(certificate), Path.of(key), Path.of(authorities));
        try {
            PkiMembers.open(self, new PkiMembers.Sources(files.certificate(), files.key(), files.authorities()), false);
        } catch (SecretException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return files;
    }

    static String[] range(String text) {
        String[] ends = text.split("-", -1);
        Check.that(ends.length == 2, "value", text, "two times, as in 500ms-1s");
        return ends;
    }

    /** {@code 250ms}, {@code 10s}, {@code 5m} or {@code 1h}. */
    static Duration duration(String text) {
        Check.that(
                text.matches("[0-9]{1,9}(ms|s|m|h)"), "time", text, "a number and a unit, as in 250ms, 10s, 5m or 1h");
        long number = Long.parseLong(text.replaceAll("[a-z]", ""));
        return switch (text.replaceAll("[0-9]", "")) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    static SortedMap<MemberId, HostPort> peers(String text) {
        SortedMap<MemberId, HostPort> peers = new TreeMap<>();
        if (text.isBlank()) {
            return peers;
        }
        for (String peer : text.split(",", -1)) {
            String[] parts = peer.strip().split("=", -1);
            Check.that(parts.length == 2, "peer", peer, "name=host:port");
            HostPort address = MemberAddress.parse(parts[1]);
            Check.that(!peers.containsValue(address), "peer", peer, "each address once");
            Check.that(peers.put(new MemberId(parts[0]), address) == null, "peer", peer, "each name once");
        }
        return peers;
    }

    static List<VirtualIp> virtualIps(String text) {
        return list(text).stream()
                .map(entry -> {
                    int at = entry.indexOf('@');
                    Check.that(at > 0, "virtual IP", entry, "address/prefix@interface, as in 10.0.0.100/32@eth0");
                    return VirtualIp.parse(entry.substring(0, at), entry.substring(at + 1));
                })
                .toList();
    }

    /** A share: 0 to 1. */
    static double share(String text) {
        double share;
        try {
            share = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            share = -1;
        }
        Check.that(share >= 0 && share <= 1, "share", text, "a number from 0 to 1");
        return share;
    }

    /** An http or https URL with a host; empty: none. */
    static @Nullable URI endpoint(String text) {
        if (text.isBlank()) {
            return null;
        }
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            uri = URI.create("");
        }
        boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        Check.that(http && uri.getHost() != null && uri.getRawFragment() == null, "url", text, "http://HOST:PORT");
        return uri;
    }

    static @Nullable String orNull(String text) {
        return text.isBlank() ? null : text;
    }

    /** A value of a limit; 0 without a unit also is a time, as for numbers. */
    static Object limit(Limit limit, String text) {
        if (limit.unit() == Unit.TIME) {
            return text.equals("0") ? Duration.ZERO : duration(text);
        }
        Check.that(text.matches("[0-9]{1,15}"), "value", text, "a whole number");
        return Long.parseLong(text);
    }
}
