-- The table of targets: which upstream a host name stands for. What is served is decided by target.conf alone, this
-- table only remembers the answer, so each host name is parsed and checked once per worker. A reload starts new
-- workers, and with them empty tables.
local balancer = require "ngx.balancer"

local ngx = ngx
local tonumber = tonumber

-- Refusals are not remembered: served names are at most addresses times ports, refused ones are up to the client.
-- Two generations bound the table, to some 20 MB: when the young one is full it becomes the old one, and what is in use
-- moves back. That is more names than a region has apps in use, so that no request depends on how many ranges there are.
local GENERATION_SIZE = 32768
local young, old, count = {}, {}, 0

-- A pool per way of naming a target: a connection kept from `https-…` was opened with that name in its TLS handshake.
local function pool(host, protocol)
    if protocol == "http" then
        return "http"
    end
    return host:sub(1, 6) == "https-" and "https-named" or "https"
end

local function find(host)
    local target = young[host]
    if target then
        return target
    end
    target = old[host]
    if not target then
        local var = ngx.var
        if var.uap_refusal ~= "" then
            return nil
        end
        target = { address = var.uap_address, port = tonumber(var.uap_port), pass = pool(host, var.uap_protocol) }
    end
    if count >= GENERATION_SIZE then
        old, young, count = young, {}, 0
    end
    young[host] = target
    count = count + 1
    return target
end

local target = {}

-- The pool for pass.conf, empty if the target is refused.
function target.pass()
    local found = find(ngx.var.host)
    return found and found.pass or ""
end

-- Points the upstream at the target; only called for targets that `pass` found.
function target.connect()
    local found = find(ngx.var.host)
    local ok, err = balancer.set_current_peer(found.address, found.port)
    if not ok then
        ngx.log(ngx.ERR, "no upstream for ", ngx.var.host, ": ", err)
        return ngx.exit(ngx.ERROR)
    end
end

return target
