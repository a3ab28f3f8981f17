package io.weldr.node.config;

/**
 * A value as somebody wrote it. {@code where} names the place, ready to stand before a message: {@code weldr.yaml:3:
 * id: }.
 */
record ConfigText(String text, Source source, String where) {
    /** Where a value comes from. A later one wins over an earlier one. */
    enum Source {
        DEFAULT,
        FILE,
        VARIABLE,
        FLAG
    }
}
