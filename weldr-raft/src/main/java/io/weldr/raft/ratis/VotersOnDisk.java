package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
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
        Path file = logFolder.resolve(group.toString()).resolve("current").resolve("raft-meta.conf");
        Map<RaftId, HostPort> voters = new TreeMap<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (RaftPeerProto peer :
                    LogEntryProto.parseFrom(in).getConfigurationEntry().getPeersList()) {
                voters.put(RaftId.parse(peer.getId().toStringUtf8()), HostPort.parse(peer.getAddress()));
            }
            return voters;
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The voters in {} cannot be read: {}", file, e.toString());
            return Map.of();
        }
    }
}
