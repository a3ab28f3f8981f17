/**
 * An origin to try things with: a program ({@link io.weldr.testserver.Main}) and a fixture for tests
 * ({@link io.weldr.testserver.TestServer}). It behaves well by default and misbehaves on request. Start at
 * {@link io.weldr.testserver.TestServer}; what each path does is in {@link io.weldr.testserver.Routes}, and a running server
 * tells it at {@code GET /routes}.
 *
 * <p>Every well-formed answer names its origin in {@code X-Origin}, so that a round robin can be seen from outside. Answers
 * are streamed at the pace of the reader; nothing is held in memory whatever its length. {@code HEAD} is answered wherever
 * {@code GET} is, with the same header fields and no body.
 *
 * <table>
 * <caption>Routes</caption>
 * <tr><td>{@code /}, {@code /large}</td><td>Hello World, and 10 MiB of {@link io.weldr.testserver.Content}</td></tr>
 * <tr><td>{@code /status/{code}}</td><td>that status, 200 to 599; a 3xx has {@code Location: /}</td></tr>
 * <tr><td>{@code /delay/{ms}}</td><td>Hello World after that long</td></tr>
 * <tr><td>{@code /bytes/{n}?framing=length|chunked|close}</td><td>n bytes of {@code Content}</td></tr>
 * <tr><td>{@code /chunked?chunks=5&size=16&ms=0&trailers=false}</td><td>a chunked answer</td></tr>
 * <tr><td>{@code /drip/{n}/{ms}}</td><td>n bytes, one every ms</td></tr>
 * <tr><td>{@code /slow-head/{ms}}</td><td>the head of the answer, one byte every ms</td></tr>
 * <tr><td>{@code /events?count=5&ms=100}</td><td>server-sent events; {@code count=0} has no end</td></tr>
 * <tr><td>{@code /early-hints}, {@code /upgrade}</td><td>103 before the 200; 101 and then an echo of raw bytes</td></tr>
 * <tr><td>{@code /echo}, {@code /upload}, {@code /slow-upload/{ms}}</td><td>the body back; its length and SHA-256; the same, read
 * slowly</td></tr>
 * <tr><td>{@code /refuse-body}</td><td>413 before the body has been read</td></tr>
 * <tr><td>{@code /headers}, {@code /counters}, {@code /routes}</td><td>the request head as it came; what was counted; this list</td></tr>
 * <tr><td>{@code /health}, {@code PUT /health/up|down}</td><td>200 or 503, as switched</td></tr>
 * <tr><td>{@code /mode}, {@code PUT /mode/normal|error|hang|reset}</td><td>what every other path does</td></tr>
 * <tr><td>{@code /close-early/{n}}, {@code /reset/{n}}, {@code /hang}</td><td>half a body, then FIN; n bytes, then RST; never an
 * answer</td></tr>
 * <tr><td>{@code /odd/{kind}}</td><td>an answer that a proxy must not trust: {@link io.weldr.testserver.OddAnswer}</td></tr>
 * </table>
 *
 * <p>It is a tool for loopback and laboratories. Anybody who can reach it can switch it.
 */
@NullMarked
package io.weldr.testserver;

import org.jspecify.annotations.NullMarked;
