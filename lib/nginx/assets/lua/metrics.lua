-- Counters in the text format of Prometheus. Names beginning with nginx_ are those of the Nginx Prometheus exporter.
local function metric(name, kind, help, ...)
    ngx.say("# HELP ", name, " ", help)
    ngx.say("# TYPE ", name, " ", kind)
    for _, line in ipairs({ ... }) do
        ngx.say(name, line)
    end
end

-- The counters of stub_status, read directly: Lua can't issue subrequests in HTTP/2 requests, which Prometheus sends.
local ffi = require "ffi"
pcall(ffi.cdef, "extern unsigned long *ngx_stat_accepted, *ngx_stat_handled, *ngx_stat_requests;")
local function counter(name)
    return string.format("%.0f", tonumber(ffi.C[name][0]))
end
local accepted, handled, requests = counter("ngx_stat_accepted"), counter("ngx_stat_handled"), counter("ngx_stat_requests")
local var = ngx.var
metric("nginx_connections_accepted", "counter", "Accepted client connections.", " " .. accepted)
metric("nginx_connections_handled", "counter", "Handled client connections.", " " .. handled)
metric("nginx_http_requests_total", "counter", "Client requests.", " " .. requests)
metric("nginx_connections_active", "gauge", "Active client connections.", " " .. var.connections_active)
metric("nginx_connections_reading", "gauge", "Client connections whose request header is being read.",
    " " .. var.connections_reading)
metric("nginx_connections_waiting", "gauge", "Idle client connections.",
    " " .. var.connections_waiting)
metric("nginx_connections_writing", "gauge", "Client connections that wait for a response or receive one.",
    " " .. var.connections_writing)

local answers = ngx.shared.uap_answers
local keys = answers:get_keys()
table.sort(keys)
local lines = {}
for i, key in ipairs(keys) do
    local page, code = key:match("^(%S+) (%d+)$")
    lines[i] = string.format('{page="%s",status="%s"} %d', page, code, answers:get(key))
end
metric("uap_answers_total", "counter", "Refusals and failures that the proxy answered itself.", unpack(lines))

local health = io.open(ngx.var.uap_health_metrics)
if health then
    ngx.print(health:read("*a"))
    health:close()
end
