package io.weldr.node.config;

/** A value as somebody wrote it. {@code where} names the place, ready to stand before a message: {@code weldr.yaml:3: id: }. */
record ConfigText(String text, String where) {}
