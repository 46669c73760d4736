-- with record
-- An edge says that it lives, and hears of those that were heard of in the last minute. KEYS: the hash of
-- all edges, name to time, length of the instance's name, both names' text; the pool's own: `id` of what Redis holds,
-- `key` that targets are hashed with, both of the first edge that came. ARGV: name, instance, text, time or '', key.
-- Answers the time, id, key, then name, instance, text and age of each; of the edge itself what was there before.
local MOST = 256
local KEPT = 60000000
local YEARS_MS = '315360000000'
local now = clock(ARGV[4])
local gone, count = {}, 0

call('HSETNX', KEYS[2], 'id', ARGV[2] .. text(now))
call('HSETNX', KEYS[2], 'key', ARGV[5])
call('PEXPIRE', KEYS[2], YEARS_MS)
local pool = call('HMGET', KEYS[2], 'id', 'key')
local reply = { now, pool[1], pool[2] }

local function add(name, instance, words, age)
	local i = #reply
	reply[i + 1], reply[i + 2], reply[i + 3], reply[i + 4] = name, instance, words, age
	count = count + 1
end

-- What Redis' clock, set back, puts into the future was heard of just now.
local function look_at(name, value)
	local time, length, words = string.match(value, '^(%d+) (%d+) (.*)$')
	local age = time and math.max(now - time, 0)
	if not time or age > KEPT or (count + 1 >= MOST and name ~= ARGV[1]) then
		gone[#gone + 1] = name
		return
	end
	if now - time < 0 then
		call('HSET', KEYS[1], name, text(now) .. string.sub(value, #time + 1))
	end
	add(name, string.sub(words, 1, length), string.sub(words, length + 1), age)
end

local edges = call('HGETALL', KEYS[1])
for i = 1, #edges, 2 do
	look_at(edges[i], edges[i + 1])
end
if gone[1] then
	call('HDEL', KEYS[1], unpack(gone))
end
call('HSET', KEYS[1], ARGV[1], text(now) .. ' ' .. #ARGV[2] .. ' ' .. ARGV[2] .. ARGV[3])
call('PEXPIRE', KEYS[1], text(2 * KEPT / 1000))
return reply
