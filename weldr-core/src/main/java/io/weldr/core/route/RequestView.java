package io.weldr.core.route;

/**
 * A request as routes see it: ranges of one byte array. The proxy shows the head that it has read; {@link
 * SampleView} shows a request that somebody wrote down. All methods answer from fields of the implementation, so
 * that a match allocates nothing.
 *
 * <p>Routes compare the host and the path in a normal form, and nobody sees that form but them. Host: lower case,
 * without port and without one dot at its end, an IPv6 literal without brackets and as RFC 5952 section 4 writes it.
 * Path: unreserved characters decoded, other escapes in upper case (RFC 3986 section 6.2.2). A path that two servers
 * may take for different paths is ambiguous: it has {@code //}, a segment {@code .} or {@code ..} (also {@code ..;x}),
 * {@code \}, {@code %2F}, {@code %5C}, a broken escape, or more than 16 KiB. Only routes with {@link
 * Route#ambiguousPaths} take such a path, and these routes compare its bytes as they came.
 *
 * <p>An empty path counts as {@code /}. The asterisk of OPTIONS (RFC 9112 section 3.2.4), also as an absolute URL with
 * an empty path and no query, matches {@link PathMatch#ANY} alone.
 */
public interface RequestView {
    /** The array that all ranges are of. */
    byte[] bytes();

    int methodStart();

    int methodEnd();

    /**
     * Where the host starts: of an absolute target, or else of the field Host. The port belongs to it. Empty if there
     * is neither.
     */
    int hostStart();

    int hostEnd();

    /** Where the path of the target starts. */
    int pathStart();

    /** Where the path ends. If there is a query, its question mark is here. */
    int pathEnd();

    /** Where the target ends, the query included. The same as {@link #pathEnd} without a query. */
    int targetEnd();

    /**
     * Finds a field line.
     *
     * @param lowerCaseName name of the field in lower case; the name in the request is compared without case
     * @param from number of the first line to look at, 0 or higher
     * @return the number of the first such line, or -1
     */
    int find(byte[] lowerCaseName, int from);

    /** Where the value of that field line starts, white space before it left out. */
    int valueStart(int line);

    /** Where the value of that field line ends, white space behind it left out. */
    int valueEnd(int line);

    /** The address of the client, or the one that a trusted peer tells: 4 or 16 bytes. Nobody changes the array. */
    byte[] clientAddress();
}
