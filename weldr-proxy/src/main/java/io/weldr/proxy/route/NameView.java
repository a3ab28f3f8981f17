package io.weldr.proxy.route;

import io.weldr.core.route.RequestView;
import java.nio.charset.StandardCharsets;

/** A connection as routes see it, of which only the server name and the client address are known. */
public final class NameView implements RequestView {
    private static final String METHOD = "GET";

    private final byte[] bytes;
    private final byte[] client;

    /** @param name lower case */
    public NameView(String name, byte[] client) {
        bytes = (METHOD + name + "/").getBytes(StandardCharsets.US_ASCII);
        this.client = client;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int methodStart() {
        return 0;
    }

    @Override
    public int methodEnd() {
        return METHOD.length();
    }

    @Override
    public int hostStart() {
        return METHOD.length();
    }

    @Override
    public int hostEnd() {
        return bytes.length - 1;
    }

    @Override
    public int pathStart() {
        return bytes.length - 1;
    }

    @Override
    public int pathEnd() {
        return bytes.length;
    }

    @Override
    public int targetEnd() {
        return bytes.length;
    }

    @Override
    public int find(byte[] lowerCaseName, int from) {
        return -1;
    }

    @Override
    public int valueStart(int line) {
        throw new IndexOutOfBoundsException(line);
    }

    @Override
    public int valueEnd(int line) {
        throw new IndexOutOfBoundsException(line);
    }

    @Override
    public byte[] clientAddress() {
        return client;
    }
}
