-- Caches the upstream of each host name, so that each worker parses and checks a name once. Only target.conf decides
-- what is served. A reload starts new workers with empty tables.
local balancer = require "ngx.balancer"

local ngx = ngx
local tonumber = tonumber

-- Refusals are not cached: clients could fill the table with refused names.
-- Two generations limit the table to about 20 MB. A full young generation becomes the old one; names in use move back.
-- The limit exceeds the number of apps in use in a region, so request time does not depend on the number of ranges.
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

-- NGX_BUSY of Nginx's core: no peer is available. Nginx then tries no upstream and keeps the client's connection.
local BUSY = -3

-- Sets the peer of the upstream. A refused request ends as a 502, whose error page gives the reason.
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
