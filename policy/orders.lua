-- with record
-- Operators' decisions that changed, in the order of their changes. KEYS: as order.lua's. ARGV: behind which number,
-- how many at most. Answers the number and the text of each.
local found = call('ZRANGE', KEYS[2], '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
local reply = {}

for i = 1, #found, 2 do
	reply[i] = tonumber(found[i + 1])
	reply[i + 1] = call('HGET', KEYS[1], found[i]) or ''
end
return reply
