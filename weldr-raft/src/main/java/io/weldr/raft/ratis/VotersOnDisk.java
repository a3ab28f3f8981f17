package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The voters as Ratis wrote them down beside a log, in {@code raft-meta.conf}, when it last applied a change of them.
 * They can be read while the log cannot.
 */
public final class VotersOnDisk {
    private static final Logger LOG = LoggerFactory.getLogger(VotersOnDisk.class);

    private VotersOnDisk() {}

    /**
     * Empty if there is no such file, or it cannot be read.
     *
     * @param logFolder where Ratis keeps its logs
     */
    public static Map<RaftId, HostPort> read(Path logFolder, UUID group) {
        return addresses(configuration(logFolder, group).getPeersList());
    }

    /** The voters and the learners; none if there is no such file, or it cannot be read. */
    static RaftConfigurationProto configuration(Path logFolder, UUID group) {
        Path file = logFolder.resolve(group.toString()).resolve("current").resolve("raft-meta.conf");
        try (InputStream in = Files.newInputStream(file)) {
            RaftConfigurationProto found = LogEntryProto.parseFrom(in).getConfigurationEntry();
            addresses(found.getPeersList());
            addresses(found.getListenersList());
            return found;
        } catch (NoSuchFileException e) {
            return RaftConfigurationProto.getDefaultInstance();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The voters in {} cannot be read: {}", file, e.toString());
            return RaftConfigurationProto.getDefaultInstance();
        }
    }

    /** Throws {@link IllegalArgumentException} if one is no member of weldr. */
    static SortedMap<RaftId, HostPort> addresses(List<RaftPeerProto> peers) {
        SortedMap<RaftId, HostPort> addresses = new TreeMap<>();
        for (RaftPeerProto peer : peers) {
            addresses.put(RaftId.parse(peer.getId().toStringUtf8()), HostPort.parse(peer.getAddress()));
        }
        return addresses;
    }
}
