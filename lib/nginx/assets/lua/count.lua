-- Counts an answer of the UAP's own by its page and status. Only these answers run it: counting those of apps would
-- cost every request, and the access log has them.
local page = ngx.var.uri:match("([%w-]+)%.%w+$")
if page and ngx.status >= 400 then
    ngx.shared.uap_answers:incr(page .. " " .. ngx.status, 1, 0)
end
