package io.weldr.raft.log;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;

/**
 * Makes votes survive a power loss. Ratis 3.3.0 writes a vote to another file, forces that file and renames it to {@code
 * raft-meta}, but does not force the folder. After a power loss the old file can be back, with the old vote: the member
 * could vote a second time in the same term, and two leaders of one term could be elected.
 *
 * <p>Ratis offers no way to replace its file. If a version of Ratis keeps it elsewhere, a node does not start.
 *
 * <p>Called under the lock of the Raft server, as the file of Ratis is. Blocks for the disk.
 */
final class VoteFile implements RaftStorageMetadataFile {
    private final RaftStorageMetadataFile file;
    private final Path folder;
    private boolean forced; // guarded by this

    private VoteFile(RaftStorageMetadataFile file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /** To be called before the member can vote. */
    static void install(RaftStorage storage) {
        try {
            Object holder = field(storage, "metaFile");
            @SuppressWarnings("unchecked") // Ratis takes it out as RaftStorageMetadataFile.
            AtomicReference<RaftStorageMetadataFile> reference =
                    (AtomicReference<RaftStorageMetadataFile>) field(holder, "ref");
            reference.set(new VoteFile(
                    storage.getMetadataFile(),
                    storage.getStorageDir().getCurrentDir().toPath()));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException("this version of Ratis does not let weldr force the folder of the vote", e);
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    @Override
    public RaftStorageMetadata getMetadata() throws IOException {
        return file.getMetadata();
    }

    @Override
    public synchronized void persist(RaftStorageMetadata vote) throws IOException {
        if (forced && vote.equals(file.getMetadata())) {
            return;
        }
        forced = false; // After a failure Ratis tries again, with the same vote.
        file.persist(vote);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        forced = true;
    }
}
