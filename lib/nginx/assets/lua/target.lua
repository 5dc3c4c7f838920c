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
        target = { address = var.uap_address, port = tonumber(var.uap_port) }
    end
    if count >= GENERATION_SIZE then
        old, young, count = young, {}, 0
    end
    young[host] = target
    count = count + 1
    return target
end

local target = {}

-- NGX_BUSY of Nginx's core: no peer can take the request. Nothing is tried then, and the connection of the client stays.
local BUSY = -3

-- Points the upstream at the target. What is refused ends as a 502, and its error page tells why.
function target.connect()
    local host = ngx.var.host
    local found = find(host)
    if not found then
        return ngx.exit(BUSY)
    end
    local ok, err = balancer.set_current_peer(found.address, found.port)
    if not ok then
        ngx.log(ngx.ERR, "no upstream for ", host, ": ", err)
        return ngx.exit(ngx.ERROR)
    end
end

return target
