-- HAProxy asks Postern over a Unix socket with its own HTTP client (2.6 and later); no Lua library is needed.
--
-- It sets txn.postern_status (0 when there was no answer), txn.postern_user, txn.postern_reason and
-- txn.postern_challenge; haproxy.cfg says what becomes of them. HAProxy retries an unanswered question three times: a hung
-- sidecar costs four times the timeout.
local socket = "unix@/run/postern/http.sock"
local timeout_ms = 500

local function one(headers, name)
    local values = headers and headers[name]
    return values and values[0] or ""
end

-- Every value of a field, each as it was sent. HAProxy's own req_hdr gives the last piece between commas of the last field
-- alone: Postern would judge one of two identities and the service might read the other. Of all it refuses what is ambiguous.
local function all(headers, name)
    local values = {}
    for _, value in pairs(headers[name] or {}) do
        values[#values + 1] = value
    end
    return values
end

core.register_action("postern", { "http-req" }, function(txn)
    local given = txn.http:req_get_headers()
    local hosts = all(given, "host")
    local headers = {
        ["x-original-method"] = { txn.sf:method() },
        -- The path as the client sent it, with its query.
        ["x-original-uri"] = { txn.sf:pathq() },
        ["x-forwarded-host"] = #hosts > 0 and hosts or { "" },
        ["x-forwarded-for"] = { txn.sf:src() },
        ["x-forwarded-proto"] = { txn.sf:ssl_fc() == "1" and "https" or "http" },
        ["host"] = { "postern" },
    }
    -- What your mapping reads besides belongs here, too.
    for _, name in ipairs({ "authorization", "cookie", "x-request-id" }) do
        local values = all(given, name)
        if #values > 0 then
            headers[name] = values
        end
    end
    local answer = core.httpclient():get({
        url = "http://postern/v1/haproxy",
        headers = headers,
        dst = socket,
        timeout = timeout_ms,
    })
    txn:set_var("txn.postern_status", answer and answer.status or 0)
    if answer then
        txn:set_var("txn.postern_user", one(answer.headers, "x-auth-user"))
        txn:set_var("txn.postern_reason", one(answer.headers, "x-authz-reason"))
        txn:set_var("txn.postern_challenge", one(answer.headers, "www-authenticate"))
    end
end, 0)
