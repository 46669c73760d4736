-- with record
-- Somebody else wrote to keys of a partner: those of another type hold nothing of ours. KEYS: the partner's
-- base. Answers how many were removed.
local TYPES = { s = 'hash', w = 'list', a = 'hash', t = 'zset', e = 'hash', n = 'hash', c = 'zset' }
local removed = 0

local function look_at(part, wanted)
	local key = KEYS[1] .. ':' .. part
	local found = call('TYPE', key).ok
	if found ~= 'none' and found ~= wanted then
		removed = removed + call('DEL', key)
	end
end

for part, wanted in pairs(TYPES) do
	look_at(part, wanted)
end
for nibble = 0, 15 do
	look_at(format('c%x', nibble), 'zset')
end
return removed
