-- The twin of peek.c: what a message would hear, and what is counted, without a change. `call` does what
-- reads, and answers what would have been answered to what writes: what is read behind that sees it.
-- rarely

local function only_look()
	local real, more = call, {}
	local written = { DEL = 1, HDEL = 1, HSET = 1, LINSERT = 1, LTRIM = 1, PEXPIRE = 1, PUBLISH = 1, RPUSH = 1, ZREM = 1 }

	local function grow(key, by)
		more[key] = (more[key] or 0) + by
		return math.abs(by)
	end

	call = function (command, key, ...)
		if command == 'ZADD' then
			return grow(key, real('ZSCORE', key, (select(2, ...))) and 0 or 1)
		elseif command == 'ZREMRANGEBYSCORE' then
			return grow(key, -#real('ZRANGEBYSCORE', key, ...))
		elseif command == 'ZCARD' then
			return real(command, key) + (more[key] or 0)
		elseif written[command] then
			return 0
		end
		return real(command, key, ...)
	end
end

-- Slots in the last period of both rates, slots ahead, targets, answers, whether the target is one of those.
local function add_figures(reply, at, r, limits, target)
	local length = call('LLEN', r.window)
	local past = place_after(r, r.now, length)

	local function used(period)
		return past - place_after(r, math.max(r.now - period, r.gone), length)
	end

	-- A set that has just been emptied is there yet.
	local function targets()
		local all = r.contacts
		local live = (r.watched_until or all == 0) and all or contacts_expire(r, r.now - limits.watch_window)
		r.contacts = all
		return live
	end

	local since = r.watched_until and -math.huge or r.now - limits.watch_window
	reply[at + 1], reply[at + 2] = used(limits.period), used(limits.slow_period)
	reply[at + 3], reply[at + 4] = length - past, targets()
	reply[at + 5], reply[at + 6] = standing_of(r, limits).counts(r.now)
	reply[at + 7] = target and r.contacts > 0 and contacts_has(r, target, since) and 1 or 0
end

-- Of both, when time has gone by for them: what restricts them, then the figures.
local function view(h)
	local reply = {}
	add_hold(reply, h.own, 0)
	add_hold(reply, h.provider or { offset = 0 }, 5)
	add_figures(reply, 10, h.own, h.limits, h.target)
	if h.provider then
		add_figures(reply, 17, h.provider, h.provider_limits, h.target)
	end
	for i = 1, 24 do
		reply[i] = reply[i] or 0
	end
	return reply
end
