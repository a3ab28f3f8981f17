package io.weldr.raft.ratis;

/** How far the log goes, and how far of that is on disk. */
public record LogEnd(long lastIndex, long flushedIndex) {}
