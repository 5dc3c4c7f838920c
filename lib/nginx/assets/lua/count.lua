-- Counts the UAP's own answers by page and status. Answers of apps are not counted: that would slow down every request,
-- and the access log has them.
local page = ngx.var.uri:match("([%w-]+)%.%w+$")
if page and ngx.status >= 400 then
    ngx.shared.uap_answers:incr(page .. " " .. ngx.status, 1, 0)
end
