-- What Redis keeps of one partner, all in one hash slot: BASE:s is the state, a hash of
-- short fields (below), read by one HMGET and written by one HSET; BASE:w the slots, BASE:c
-- the targets, BASE:a the answers, BASE:t a provider's tenants, BASE:e merged epochs.
-- Times are microseconds on the partner's clock: Redis' clock, which may step back at a
-- fail-over, plus `offset`, which then grows by as much: for the partner no time has passed.
--
--   n  when it was last measured   o  offset          x  until when the keys live, at least
--   c  how many targets            p  1: the targets are spread over sixteen keys
--   q  its latest slot, where that lies ahead          k  for how long slots were kept, at n
--   a  the suspicion window at n   w W  watched since, until
--   r  when it was last released   s S  suspicious since, until
--
-- Numbers below 2^53 are exact here; they are written by text(), never by `..`. All functions of a
-- script are made anew at each call, which is a third of its cost: what a message
-- seldom needs is made inside the function that needs it.
local call = redis.call
local format = string.format

local function text(number)
	return format('%.0f', number)
end

-- A test brings its own time.
local function clock(given)
	if given ~= '' then
		return tonumber(given)
	end
	local time = call('TIME')
	return time[1] * 1000000 + time[2]
end

-- All of struct limits, in the order of script.c's add_limits, with `keep`, how long slots matter, and
-- `span`, how long anything does.
local function limits_of(packed)
	local count, period, slow_count, slow_period, max_delay, max_waiting, ending_delay, distinct, watch_window,
		watch_hold, blocks_all, suspicion_window, suspicion_hold, min_responses, failure_share, keep, span =
		struct.unpack('<ddddddddddddddddd', packed)
	return {
		count = count, period = period, slow_count = slow_count, slow_period = slow_period,
		max_delay = max_delay, max_waiting = max_waiting, ending_delay = ending_delay,
		distinct = distinct, watch_window = watch_window, watch_hold = watch_hold, blocks_all = blocks_all == 1,
		suspicion_window = suspicion_window, suspicion_hold = suspicion_hold,
		min_responses = min_responses, failure_share = failure_share, keep = keep, span = span,
	}
end

-- The keys' expiry is moved only when it has come too near, by an hour at least: not with every message.
local function extend(r, span)
	local needed = r.now + span
	if r.watched_until and r.watched_until > needed then
		needed = r.watched_until
	end
	if r.suspicious_until and r.suspicious_until + span > needed then
		needed = r.suspicious_until + span
	end
	if r.expiry < needed then
		r.expiry = needed + 3600000000
		r.set.x = text(r.expiry)
		r.fresh = true
	end
end

-- `set` is what record_save is to write: field to value, false for one to be removed.
local function record_load(base, key, now, span)
	local state = base .. ':s'
	local s = call('HMGET', state, 'n', 'o', 'x', 'c', 'p', 'q', 'k', 'a', 'w', 'W', 's', 'S', 'r')
	local last = s[1] and s[1] + 0
	local offset = s[2] and s[2] + 0 or 0
	local r = {
		base = base, key = key, state = state, window = base .. ':w', set = {}, fresh = false, changed = false,
		now = now + offset, offset = offset, last = last, expiry = s[3] and s[3] + 0 or 0,
		contacts = s[4] and s[4] + 0 or 0, spread = s[5], ahead = s[6] and s[6] + 0 or 0,
		keep = s[7] and s[7] + 0, tallied = s[8] and s[8] + 0,
		watched_since = s[9] and s[9] + 0, watched_until = s[10] and s[10] + 0,
		suspicious_since = s[11] and s[11] + 0, suspicious_until = s[12] and s[12] + 0,
		released = s[13] and s[13] + 0,
	}
	if last and r.now < last then
		r.offset = offset + last - r.now
		r.now = last
		r.set.o = text(r.offset)
	end
	extend(r, span)
	return r
end

-- The five times of its restrictions on Redis' clock, behind `at` others; 0 is none.
local function add_hold(reply, r, at)
	local offset = r.offset
	reply[at + 1] = r.watched_until and r.watched_since - offset or 0
	reply[at + 2] = r.watched_until and r.watched_until - offset or 0
	reply[at + 3] = r.suspicious_until and r.suspicious_since - offset or 0
	reply[at + 4] = r.suspicious_until and r.suspicious_until - offset or 0
	reply[at + 5] = r.released and r.released - offset or 0
	return reply
end

-- Every edge hears of it.
local function tell(r, edge)
	local words = add_hold({}, r, 0)
	words[6] = r.now - r.offset
	for i = 1, 6 do
		words[i] = text(words[i])
	end
	call('PUBLISH', 'fg:1:class', edge .. '\n' .. r.key .. '\n' .. table.concat(words, ' '))
end

local function expire_in_ms(r)
	return text(math.ceil((r.expiry - r.now) / 1000))
end

local function expire_keys(r)
	local ms = expire_in_ms(r)
	for _, part in ipairs({ ':s', ':w', ':a', ':t', ':e', ':c' }) do
		call('PEXPIRE', r.base .. part, ms)
	end
	for nibble = 0, r.spread and 15 or -1 do
		call('PEXPIRE', format('%s:c%x', r.base, nibble), ms)
	end
end

-- Writes what has changed. `fresh`: a key is new, it has no expiry yet.
local function record_save(r, span, edge)
	local kept, gone = {}, nil
	extend(r, span)
	for field, value in pairs(r.set) do
		if value then
			kept[#kept + 1] = field
			kept[#kept + 1] = value
		else
			gone = gone or {}
			gone[#gone + 1] = field
		end
	end
	if kept[1] then
		call('HSET', r.state, unpack(kept))
	end
	if gone then
		call('HDEL', r.state, unpack(gone))
	end
	if r.fresh then
		expire_keys(r)
	end
	if r.changed then
		tell(r, edge)
	end
end
