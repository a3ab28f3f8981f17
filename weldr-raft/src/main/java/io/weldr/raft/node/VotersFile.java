package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.ratis.RaftId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who votes, as a file in a data folder, so that a node without its log knows whom to ask. */
final class VotersFile {
    private static final Logger LOG = LoggerFactory.getLogger(VotersFile.class);

    static final String NAME = "voters";

    private VotersFile() {}

    /** Empty if there are none, or they cannot be read. */
    static Map<RaftId, HostPort> read(Path folder) {
        Path file = folder.resolve(NAME);
        try {
            Properties from = new Properties();
            from.load(new StringReader(Files.readString(file)));
            return parse(from.getProperty("voters"));
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The voters in {} cannot be read: {}", file, e.toString());
            return Map.of();
        }
    }

    /** They are on disk when this returns. */
    static void write(Path folder, Map<RaftId, HostPort> voters) throws IOException {
        Properties to = new Properties();
        to.setProperty("voters", text(voters));
        Folders.write(
                folder, NAME, to, "The members that vote. Written by weldr, for the case that the log is damaged.");
    }

    static String text(Map<RaftId, HostPort> voters) {
        return voters.entrySet().stream()
                .map(voter -> voter.getKey() + "=" + voter.getValue())
                .collect(Collectors.joining(","));
    }

    static Map<RaftId, HostPort> parse(@Nullable String text) {
        Map<RaftId, HostPort> voters = new TreeMap<>();
        for (String voter : IdentityFile.list(text)) {
            int equals = voter.indexOf('=');
            voters.put(
                    RaftId.parse(voter.substring(0, Math.max(0, equals))), HostPort.parse(voter.substring(equals + 1)));
        }
        return voters;
    }
}
