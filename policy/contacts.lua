-- The twin of contacts.c: targets, 8 octets each, with the time of their last naming. BASE:c, a
-- sorted set, is a compact list inside Redis up to 128 members; so beyond a hundred it is spread
-- over BASE:c0 to BASE:cf for good. How many there are is in the state, so nothing is counted.
local function contacts_key(r, target)
	if r.spread then
		return format('%s:c%x', r.base, string.byte(target) % 16)
	end
	return r.base .. ':c'
end

local function contacts_count(r, count)
	if count ~= r.contacts then
		r.contacts = count
		r.set.c = text(count)
	end
	return count
end

local function contacts_has(r, target, since)
	local time = call('ZSCORE', contacts_key(r, target), target)
	return time and time + 0 > since
end

local function contacts_add(r, target, time)
	local key = contacts_key(r, target)
	if call('ZADD', key, time, target) == 0 then
		return
	end
	contacts_count(r, r.contacts + 1)
	if r.spread then
		call('PEXPIRE', key, expire_in_ms(r))
	elseif r.contacts == 1 then
		r.fresh = true
	elseif r.contacts > 100 then
		rarely().contacts_spread(r)
	end
end

-- rarely

local function contacts_keys(r)
	local keys = {}
	for nibble = 0, r.spread and 15 or -1 do
		keys[nibble + 1] = format('%s:c%x', r.base, nibble)
	end
	keys[1] = keys[1] or r.base .. ':c'
	return keys
end

local function contacts_clear(r)
	if r.contacts > 0 or r.spread then
		call('DEL', unpack(contacts_keys(r)))
		contacts_count(r, 0)
		r.set.p = r.spread and '0' or nil
		r.spread = false
	end
end

local function contacts_expire(r, since)
	local count = r.contacts
	for _, key in ipairs(contacts_keys(r)) do
		count = count - call('ZREMRANGEBYSCORE', key, '-inf', text(since))
	end
	return contacts_count(r, count)
end

local function contacts_spread(r)
	local all = call('ZRANGE', r.base .. ':c', 0, -1, 'WITHSCORES')
	call('DEL', r.base .. ':c')
	r.spread, r.fresh = true, true
	r.set.p = '1'
	for i = 1, #all, 2 do
		call('ZADD', contacts_key(r, all[i]), all[i + 1], all[i])
	end
end
