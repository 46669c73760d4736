-- Of the last refusals that one edge told, those that a text stands in: the newest sixteen. KEYS: the
-- edge's hash, place -> one JSON object (gateway/refused.h). ARGV: the text, and another that will do as well.
-- Answers the objects, in no order.
local MOST = 16
local found = {}

local function is_newer(a, b)
	return a.time > b.time
end

local kept = redis.call('HGETALL', KEYS[1])
for i = 2, #kept, 2 do
	local text = kept[i]
	if string.find(text, ARGV[1], 1, true) or string.find(text, ARGV[2], 1, true) then
		found[#found + 1] = { time = string.match(text, '"time":"([^"]*)"') or '', text = text }
	end
end
table.sort(found, is_newer)
local reply = {}
for i = 1, math.min(#found, MOST) do
	reply[i] = found[i].text
end
return reply
