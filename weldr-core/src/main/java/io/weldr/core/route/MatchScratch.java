package io.weldr.core.route;

/**
 * What a match writes down on its way: the host and the path of the request in normal form. It takes 26 KiB, and is
 * used for one request after the other. Each event loop has its own, and no other thread may use it.
 */
public final class MatchScratch {
    final HostForm host = new HostForm();
    final PathForm path = new PathForm();

    /** Normalises host and path of that request, once for all routes. */
    void set(RequestView view) {
        host.set(view);
        path.set(view);
    }
}
