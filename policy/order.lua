-- with record
-- An operator's decision: for a domain the newest holds; of two of the same moment the first that came.
-- KEYS: all of them, a hash of domain to text, which begins with when it was made; and a zset of domain to the number
-- of its change, which only grows. ARGV: edge, domain, when it was made, its text, how many there may be. No text: the one
-- made then is forgotten. Answers 1; 0: there is one as new; 2: there are too many that hold.
local YEARS_MS = '315360000000'
local PAGE = 100
local old = call('HGET', KEYS[1], ARGV[2])
local made = old and tonumber(string.match(old, '^%d+')) or -1

local function number()
	local last = call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
	return math.max(clock(''), last and last + 1 or 0)
end

local function holds(decision, now)
	local till, list = string.match(decision, '^%d+ (%d+) (%a+)')
	return list and string.sub(list, 1, 2) ~= 'un' and (till == '0' or tonumber(till) > now)
end

-- What was decided first gives way where it holds no more: of a page all of them.
local function make_room()
	local now, from, gone = clock(''), 0, false
	repeat
		local domains = call('ZRANGE', KEYS[2], from, from + PAGE - 1)
		for _, domain in ipairs(domains) do
			if not holds(call('HGET', KEYS[1], domain) or '', now) then
				call('HDEL', KEYS[1], domain)
				call('ZREM', KEYS[2], domain)
				gone = true
			end
		end
		from = from + PAGE
	until gone or #domains < PAGE
	return gone
end

if ARGV[4] == '' then
	if made == tonumber(ARGV[3]) then
		call('HDEL', KEYS[1], ARGV[2])
		call('ZREM', KEYS[2], ARGV[2])
	end
	return 1
end
if made >= tonumber(ARGV[3]) then
	return old == ARGV[4] and 1 or 0
end
if not old and call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) and not make_room() then
	return 2
end
call('HSET', KEYS[1], ARGV[2], ARGV[4])
call('ZADD', KEYS[2], text(number()), ARGV[2])
for i = 1, 2 do
	call('PEXPIRE', KEYS[i], YEARS_MS)
end
call('PUBLISH', 'fg:1:class', ARGV[1] .. '\n=orders\n')
return 1
