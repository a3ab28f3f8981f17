package io.weldr.benchmark.jmh;

import java.nio.charset.StandardCharsets;

/** Message heads as they come, by what sends them. */
public enum Heads {
    /** The least that a client says: 5 lines. */
    TOOL("""
            GET / HTTP/1.1
            Host: www.example.com:8080
            User-Agent: curl/7.88.1
            Accept: */*

            """, """
            HTTP/1.1 200 OK
            Server: origin
            Date: Sun, 01 Mar 2026 10:00:00 GMT
            Content-Type: text/plain
            Content-Length: 12
            Connection: keep-alive

            """),
    /** A page that a browser asks for: 18 lines, cookies. */
    BROWSER("""
            GET /catalogue/items/4711?sort=price&page=3 HTTP/1.1
            Host: shop.example.com
            Connection: keep-alive
            Cache-Control: max-age=0
            sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"
            sec-ch-ua-mobile: ?0
            sec-ch-ua-platform: "Linux"
            Upgrade-Insecure-Requests: 1
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
            Sec-Fetch-Site: same-origin
            Sec-Fetch-Mode: navigate
            Sec-Fetch-User: ?1
            Sec-Fetch-Dest: document
            Referer: https://shop.example.com/catalogue
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-GB,en;q=0.9,de;q=0.8
            Cookie: session=0123456789abcdef0123456789abcdef; consent=yes; cart=3; theme=dark

            """, """
            HTTP/1.1 200 OK
            Date: Sun, 01 Mar 2026 10:00:00 GMT
            Content-Type: text/html; charset=utf-8
            Transfer-Encoding: chunked
            Connection: keep-alive
            Keep-Alive: timeout=60
            Vary: Accept-Encoding, Cookie
            Cache-Control: private, no-cache, no-store, must-revalidate, max-age=0
            Set-Cookie: cart=3; Path=/; HttpOnly; Secure; SameSite=Lax
            Content-Security-Policy: default-src 'self'; img-src 'self' data:; frame-ancestors 'none'
            Strict-Transport-Security: max-age=31536000; includeSubDomains
            X-Content-Type-Options: nosniff
            Referrer-Policy: same-origin
            ETag: "5f3c-61a2b3c4d5e6f"
            Content-Encoding: gzip

            """);

    private final String request;
    private final String response;

    Heads(String request, String response) {
        this.request = request;
        this.response = response;
    }

    byte[] request() {
        return bytes(request);
    }

    byte[] response() {
        return bytes(response);
    }

    private static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
