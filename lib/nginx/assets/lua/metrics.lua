-- Counters in the text format of Prometheus; the names of Nginx's own are those of its exporter.
local function metric(name, kind, help, ...)
    ngx.say("# HELP ", name, " ", help)
    ngx.say("# TYPE ", name, " ", kind)
    for _, line in ipairs({ ... }) do
        ngx.say(name, line)
    end
end

local status = ngx.location.capture("//uap/status").body
local accepted, handled, requests = status:match("(%d+) (%d+) (%d+)")
local var = ngx.var
metric("nginx_connections_accepted", "counter", "Connections of clients that were accepted.", " " .. accepted)
metric("nginx_connections_handled", "counter", "Connections of clients that were handled.", " " .. handled)
metric("nginx_http_requests_total", "counter", "Requests of clients.", " " .. requests)
metric("nginx_connections_active", "gauge", "Connections of clients.", " " .. var.connections_active)
metric("nginx_connections_reading", "gauge", "Connections of clients that send a request.",
    " " .. var.connections_reading)
metric("nginx_connections_waiting", "gauge", "Connections of clients without a request.",
    " " .. var.connections_waiting)
metric("nginx_connections_writing", "gauge", "Connections of clients that wait for an answer or get one.",
    " " .. var.connections_writing)

local answers = ngx.shared.uap_answers
local keys = answers:get_keys()
table.sort(keys)
local lines = {}
for i, key in ipairs(keys) do
    local page, code = key:match("^(%S+) (%d+)$")
    lines[i] = string.format('{page="%s",status="%s"} %d', page, code, answers:get(key))
end
metric("uap_answers_total", "counter", "Refusals and failures that the proxy itself answered.", unpack(lines))
ngx.print(ngx.location.capture("//uap/health/metrics").body)
