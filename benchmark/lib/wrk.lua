-- Only done() and init values: a request() or response() function would make wrk run Lua for every request.
-- BENCH_POST_BYTES: send a POST with a body of that many bytes instead of a GET.
local post = tonumber(os.getenv("BENCH_POST_BYTES") or "0")
if post > 0 then
   wrk.method = "POST"
   wrk.body = string.rep("x", post)
   wrk.headers["Content-Type"] = "application/octet-stream"
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format(
      'RESULT {"requests":%d,"micros":%d,"bytes":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,"errors":%d}\n',
      summary.requests, summary.duration, summary.bytes,
      latency:percentile(50), latency:percentile(99), latency.max,
      e.connect + e.read + e.write + e.status + e.timeout))
end
