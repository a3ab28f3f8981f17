-- Only done() and init values, where the requests are all the same: a request() function makes wrk run Lua for each.
-- BENCH_POST_BYTES: send a POST with a body of that many bytes instead of a GET.
-- BENCH_ROUTES: hosts with paths behind them, which are asked for in turn.
local post = tonumber(os.getenv("BENCH_POST_BYTES") or "0")
if post > 0 then
   wrk.method = "POST"
   wrk.body = string.rep("x", post)
   wrk.headers["Content-Type"] = "application/octet-stream"
end

local targets = os.getenv("BENCH_ROUTES") or ""
if targets ~= "" then
   local requests, turn = {}, 0
   function init(args)
      for host, path in string.gmatch(targets, "([^/ ]+)(/[^ ]*)") do
         requests[#requests + 1] = wrk.format("GET", path .. "x?q=1", { Host = host, ["X-Drop"] = "what no origin gets" })
      end
   end
   function request()
      turn = turn % #requests + 1
      return requests[turn]
   end
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format(
      'RESULT {"requests":%d,"micros":%d,"bytes":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,"errors":%d}\n',
      summary.requests, summary.duration, summary.bytes,
      latency:percentile(50), latency:percentile(99), latency.max,
      e.connect + e.read + e.write + e.status + e.timeout))
end
