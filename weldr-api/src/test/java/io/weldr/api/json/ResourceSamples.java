package io.weldr.api.json;

import io.weldr.core.testkit.TestPems;
import java.util.List;

/** Bodies that say as much of a resource as there is to say. */
public final class ResourceSamples {
    /** A pool. */
    public static final String POOL = """
            {"name":"shop","balancing":{"algorithm":"hash","key":"cookie sid","loadPercentMax":150},
             "sticky":{"name":"s","secure":true,"httpOnly":true,"sameSite":"none","lifetime":"1h"},"slowStart":"30s",
             "ejection":{"afterFailures":5,"sharePercentMax":50,"time":"1s","timeMax":"5m"},
             "limits":{"connectionsMax":10,"queueMax":5,"queueTimeout":"250ms"},"whenAllDown":"fail-open","minimumUp":2,
             "sendsProxyProtocol":true,
             "health":{"type":"http","path":"/up","method":"GET","expect":"200-299","host":"a.example",
               "headers":{"x-a":"1"},"contains":"fine","port":8080,"interval":"10s","unhealthyInterval":"5s",
               "jitterPercent":10,"timeout":"2s","connectTimeout":"1s","failures":3,"passes":2,"initial":"down",
               "confirm":"any","witnesses":true}}
            """;

    /** A listener. */
    public static final String LISTENER = """
            {"name":"shop","protocol":"http","address":"0.0.0.0:8443",
             "limits":{"connectionsMax":10,"requestBodyBytesMax":1048576,"idleTimeout":"1m"},
             "trustedPeers":["10.0.0.0/8"],"proxyProtocol":["192.0.2.1"],
             "errorPages":[{"statusClass":5,"contentType":"text/html","body":"<p>sorry"}]}
            """;

    /** A route to a pool. */
    public static final String ROUTE = """
            {"name":"shop","listeners":["default"],"hosts":["shop.example","*.shop.example"],
             "matches":[{"path":{"kind":"prefix","value":"/cart"},"method":"GET",
               "headers":[{"name":"x-a","kind":"regex","value":"a+"}],"query":[{"name":"q","value":"1"}]}],
             "pools":[{"pool":"default","weight":3}],"splitBy":"header x-tenant",
             "requestHeaders":{"set":[{"name":"x-b","value":"1"}],"add":[{"name":"x-c","value":"2"}],"remove":["x-d"]},
             "responseHeaders":{"remove":["server"]},"rewrite":{"host":"in.example","path":{"kind":"prefix","value":"/c"}},
             "timeouts":{"request":"30s","responseHead":"10s"},"retries":{"triesMax":3,"statuses":"502-504"},
             "rateLimit":{"requests":10,"period":"1s","burst":20,"key":"client-address","scope":"cluster"},
             "allow":["10.0.0.0/8"],"deny":["10.1.0.0/16"],"ambiguousPaths":true,
             "tests":[{"method":"GET","url":"http://shop.example/cart","headers":[{"name":"x-a","value":"a"}],
               "client":"10.0.0.1","route":"shop","pool":"default","status":200}]}
            """;

    /** A route that sends clients elsewhere. */
    public static final String REDIRECT = """
            {"name":"old","hosts":["old.example"],
             "redirect":{"status":308,"scheme":"https","host":"new.example","port":8443,"path":{"kind":"full","value":"/"}}}
            """;

    /** A route that answers by itself. */
    public static final String FIXED = """
            {"name":"gone","matches":[{"path":"/gone"}],
             "fixedResponse":{"status":410,"contentType":"text/plain","body":"gone"}}
            """;

    /** A pool of https origins. */
    public static final String TLS_POOL =
            object("{'name':'secure','protocol':'h2','tls':{'authorities':'" + TestPems.of("root")
                    + "','serverName':'origin.example','clientCertificate':'shop','insecureSkipVerify':false}}");

    /** A listener that takes https. */
    public static final String TLS_LISTENER =
            object("{'name':'secure','protocol':'https','address':'0.0.0.0:8443','http2':false,"
                    + "'tls':{'certificates':['shop','other'],'defaultCertificate':'shop','policy':'modern',"
                    + "'clientCertificates':'require','clientAuthorities':'" + TestPems.of("root")
                    + "','subjectField':'X-Client-Subject','fingerprintField':'X-Client-Fingerprint'}}");

    /** A listener that sends its clients to https. */
    public static final String REDIRECTING = """
            {"name":"plain","address":"0.0.0.0:8080","http2":true,"redirectPort":8443}
            """;

    /** A certificate of an operator. */
    public static final String CERTIFICATE = object("{'name':'shop','chain':'" + TestPems.of("ec256+middle")
            + "','privateKey':'" + TestPems.of("ec256.key.pem") + "'}");

    /** A certificate to be obtained. */
    public static final String ACME = """
            {"name":"acme","acme":{"hosts":["a.example.com","b.example.com"],"directory":"https://ca.example/other",
             "email":"ops@example.com","termsAgreed":true,"keyType":"rsa-2048","challenge":"tls-alpn-01",
             "externalAccount":{"keyId":"customer 7","hmacKey":"AAECAwQFBgcICQoLDA0ODxAREhM"}}}
            """;

    private ResourceSamples() {}

    /** JSON with single quotes, and line ends within texts. */
    private static String object(String text) {
        return text.replace("'", "\"").replace("\n", "\\n");
    }

    /** Those of that kind, by its plural. */
    public static List<String> of(String plural) {
        return switch (plural) {
            case "pools" -> List.of(POOL, TLS_POOL);
            case "listeners" -> List.of(LISTENER, TLS_LISTENER, REDIRECTING);
            case "certificates" -> List.of(CERTIFICATE, ACME);
            case "routes" -> List.of(ROUTE, REDIRECT, FIXED);
            default -> throw new AssertionError("no sample for " + plural);
        };
    }
}
