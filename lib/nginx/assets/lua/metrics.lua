-- Counters in the text format of Prometheus; the names of Nginx's own are those of its exporter.
local function metric(name, kind, help, ...)
    ngx.say("# HELP ", name, " ", help)
    ngx.say("# TYPE ", name, " ", kind)
    for _, line in ipairs({ ... }) do
        ngx.say(name, line)
    end
end

-- What stub_status tells: a subrequest to it is not possible in a request by HTTP/2, which Prometheus speaks.
local ffi = require "ffi"
pcall(ffi.cdef, "extern unsigned long *ngx_stat_accepted, *ngx_stat_handled, *ngx_stat_requests;")
local function counter(name)
    return string.format("%.0f", tonumber(ffi.C[name][0]))
end
local accepted, handled, requests = counter("ngx_stat_accepted"), counter("ngx_stat_handled"), counter("ngx_stat_requests")
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

local health = io.open(ngx.var.uap_health_metrics)
if health then
    ngx.print(health:read("*a"))
    health:close()
end
